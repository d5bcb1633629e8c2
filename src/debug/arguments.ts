/** A request was refused; the message says why, and what would be right. */
export class RequestError extends Error {}

/** The arguments of a request, which may be anything that JSON can say. */
export class Arguments {
  constructor(
    private readonly of: string,
    private readonly given: unknown,
  ) {}

  text(name: string): string {
    return this.optionalText(name) ?? this.missing(name, 'a text');
  }

  optionalText(name: string): string | undefined {
    return this.optional(name, 'a text', (value) => (typeof value === 'string' ? value : undefined));
  }

  whole(name: string): number {
    return this.optionalWhole(name) ?? this.missing(name, 'a whole number');
  }

  optionalWhole(name: string): number | undefined {
    return this.optional(name, 'a whole number', (value) => (typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined));
  }

  optionalCount(name: string): number | undefined {
    return this.optional(name, 'a whole number from 0', (value) =>
      typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined,
    );
  }

  flag(name: string): boolean {
    return this.optional(name, 'true or false', (value) => (typeof value === 'boolean' ? value : undefined)) ?? false;
  }

  optionalFlag(name: string): boolean | undefined {
    return this.optional(name, 'true or false', (value) => (typeof value === 'boolean' ? value : undefined));
  }

  optionalNumbers(name: string): readonly number[] | undefined {
    return this.optional(name, 'a list of numbers', (value) =>
      Array.isArray(value) && value.every((each): each is number => typeof each === 'number' && Number.isFinite(each)) ? value : undefined,
    );
  }

  /** The objects of a list; none where it is left out. */
  list(name: string): Arguments[] {
    const items = this.optional(name, 'a list', (value) => (Array.isArray(value) ? (value as unknown[]) : undefined)) ?? [];
    return items.map((item, i) => new Arguments(`${name}[${i}] of ${this.of}`, item));
  }

  texts(name: string): readonly string[] {
    const texts = this.optional(name, 'a list of texts', (value) =>
      Array.isArray(value) && value.every((each): each is string => typeof each === 'string') ? value : undefined,
    );
    return texts ?? [];
  }

  /** An object within; one without anything in it where it is left out. */
  within(name: string): Arguments {
    return new Arguments(`${name} of ${this.of}`, this.value(name));
  }

  has(name: string): boolean {
    return this.value(name) !== undefined;
  }

  private value(name: string): unknown {
    const { given } = this;
    if (given === undefined || given === null) return undefined;
    if (typeof given !== 'object') throw new RequestError(`${this.of} takes an object, and has ${JSON.stringify(given)}.`);
    const value = (given as Record<string, unknown>)[name];
    return value ?? undefined;
  }

  private optional<T>(name: string, kind: string, read: (value: unknown) => T | undefined): T | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    const result = read(value);
    if (result === undefined) throw new RequestError(`${name} of ${this.of} is ${JSON.stringify(value)}, and must be ${kind}.`);
    return result;
  }

  private missing(name: string, kind: string): never {
    throw new RequestError(`${this.of} needs ${name}: ${kind}.`);
  }
}
