import type { DebugProtocol } from '@vscode/debugprotocol';
import { Arguments, RequestError } from './arguments';
import { breakpointHandlers } from './breakpoint-requests';
import { capabilities } from './capabilities';
import type { Client } from './client';
import { Debuggee } from './debuggee';
import { executionHandlers } from './execution';
import { ExpressionError } from './expression/syntax';
import type { Handler } from './handler';
import type { Host } from './host';
import { inspectionHandlers } from './inspection';
import { readLaunch } from './launch';

type Message = Readonly<Record<string, unknown>>;

/** What a person asks for with a key or in a menu; every other request has a place of its own for the answer. */
const byKey = new Set(['launch', 'restart', 'restartFrame', 'goto']);

/**
 * The Debug Adapter Protocol over a flow's session, as plain messages: inline in the editor, or over stdio for any other client.
 * Requests are answered one after the other, in the order in which they came.
 */
export class DebugAdapter {
  private sequence = 0;
  private last: Promise<void> = Promise.resolve();
  private client: Client | undefined;
  private debuggee: Debuggee | undefined;
  private handlers: ReadonlyMap<string, Handler> = new Map();
  private ended = false;

  constructor(
    private readonly host: Host,
    private readonly send: (message: DebugProtocol.ProtocolMessage) => void,
  ) {}

  /** A message of the client. What is no request is not for an adapter. */
  receive(message: Message): void {
    const { type, seq, command, arguments: given } = message;
    if (type !== 'request') return;
    const request = { seq: Number(seq), command: String(command) };
    this.last = this.last.then(() => this.answer(request, given));
  }

  /** The client is gone. */
  dispose(): void {
    this.ended = true;
    this.debuggee?.dispose();
    this.debuggee = undefined;
  }

  private async answer(request: { seq: number; command: string }, given: unknown): Promise<void> {
    try {
      const body = await this.handle(request.command, new Arguments(request.command, given));
      this.respond(request, { success: true, ...(body !== undefined && { body }) });
    } catch (error) {
      const refused = error instanceof RequestError || error instanceof ExpressionError;
      const message = error instanceof Error ? error.message : String(error);
      // A defect of ours is told apart: it should be reported.
      const format = refused ? message : `${request.command} failed: ${message}. This is a defect of the debugger.`;
      // Where a person asked for something with a key, nothing else would say why it does not happen.
      const showUser = !refused || byKey.has(request.command);
      this.respond(request, { success: false, message: format, body: { error: { id: refused ? 1 : 2, format, showUser } } });
    }
    this.debuggee?.afterResponse();
  }

  private respond(request: { seq: number; command: string }, answer: { success: boolean; message?: string; body?: unknown }): void {
    const { seq, command } = request;
    const response = { seq: ++this.sequence, type: 'response', request_seq: seq, command, ...answer };
    this.send(response);
  }

  private event(event: string, body?: object): void {
    const message: DebugProtocol.Event = { seq: ++this.sequence, type: 'event', event, ...(body && { body }) };
    if (!this.ended) this.send(message);
  }

  private async handle(command: string, given: Arguments): Promise<unknown> {
    if (command === 'initialize') return this.initialize(given);
    if (!this.client) throw new RequestError(`${command} comes too early: initialize is the first request.`);
    if (command === 'disconnect') return this.dispose();
    if (this.ended) throw new RequestError(`${command} comes too late: this session has ended. Begin another one.`);
    if (command === 'launch') return this.launch(given, this.client);
    if (!this.debuggee) throw new RequestError(`${command} has no flow to work on: launch one first.`);
    const handler = this.handlers.get(command);
    if (!handler) throw new RequestError(`${command} is not something that a flow can do.`);
    return handler(given);
  }

  private initialize(given: Arguments): DebugProtocol.Capabilities {
    if (this.client) throw new RequestError('initialize was done already.');
    this.client = {
      lineBase: (given.optionalFlag('linesStartAt1') ?? true) ? 1 : 0,
      columnBase: (given.optionalFlag('columnsStartAt1') ?? true) ? 1 : 0,
      canInvalidate: given.flag('supportsInvalidatedEvent'),
      canReportProgress: given.flag('supportsProgressReporting'),
      event: (name, body) => this.event(name, body),
    };
    return capabilities;
  }

  private async launch(given: Arguments, client: Client): Promise<void> {
    if (this.debuggee) throw new RequestError('A flow is being debugged already: disconnect first, or use restart.');
    const launch = readLaunch(given);
    const program = await this.host.open(launch.program).catch((error: unknown) => {
      throw new RequestError(error instanceof Error ? error.message : String(error));
    });
    try {
      const debuggee = await Debuggee.open(program, launch, client);
      // The client may have gone meanwhile.
      if (this.ended) return debuggee.dispose();
      this.debuggee = debuggee;
      this.handlers = new Map([...breakpointHandlers(debuggee), ...executionHandlers(debuggee), ...inspectionHandlers(debuggee)]);
    } catch (error) {
      program.close();
      throw error;
    }
  }
}
