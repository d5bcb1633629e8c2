import type { FromEngine, ToEngine } from '../training/messages';
import type { EnginePort } from './environment';

type Question = Extract<ToEngine, { readonly id: number }>;
type Answer = Extract<FromEngine, { readonly id: number }>;
type Failed = Extract<FromEngine, { readonly type: 'failed' }>;
/** What the engine says of its own accord. */
export type EngineNews = Exclude<FromEngine, { readonly id: number }>;
type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

/** A large file is handed over instead of copied, where its buffer holds nothing else. */
function wholeBuffer({ buffer, byteLength }: Uint8Array): ArrayBuffer[] {
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [];
}

/** The session's side of the line to its engine, which is opened when it is first needed: questions with an answer, orders, and news. */
export class EngineClient {
  private port: EnginePort | undefined;
  private readonly waiting = new Map<number, (answer: Answer | Failed) => void>();
  private asked = 0;

  constructor(
    private readonly openPort: () => EnginePort,
    private readonly onNews: (news: EngineNews) => void,
  ) {}

  get isOpen(): boolean {
    return this.port !== undefined;
  }

  /** The engine's answer, or that it failed; never, if it is closed before it answers. */
  ask(question: WithoutId<Question>): Promise<Answer | Failed> {
    const id = ++this.asked;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.connect().post({ ...question, id }, 'data' in question ? wholeBuffer(question.data) : []);
    });
  }

  order(order: Exclude<ToEngine, Question>): void {
    this.connect().post(order);
  }

  close(): void {
    this.port?.close();
    this.port = undefined;
    this.waiting.clear();
  }

  private connect(): EnginePort {
    if (!this.port) {
      this.port = this.openPort();
      this.port.onMessage((message) => this.receive(message));
    }
    return this.port;
  }

  private receive(message: FromEngine): void {
    if ('id' in message) {
      this.waiting.get(message.id)?.(message);
      this.waiting.delete(message.id);
      return;
    }
    if (message.type === 'failed') {
      // It answers nothing more; the next question starts another.
      const waiting = [...this.waiting.values()];
      this.close();
      for (const resolve of waiting) resolve(message);
    }
    this.onNews(message);
  }
}
