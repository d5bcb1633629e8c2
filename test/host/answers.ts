import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { eventually } from './flows';

type Picker = vscode.QuickPick<vscode.QuickPickItem>;
const { createQuickPick, showQuickPick, showSaveDialog } = vscode.window;

/** Answers what the extension asks, in place of a person. */
export class Answers {
  /** What `showQuickPick` was asked with. */
  readonly asked: string[] = [];
  private readonly pickers: Picker[] = [];
  private seen = 0;

  constructor() {
    vscode.window.createQuickPick = ((): Picker => {
      const picker = createQuickPick();
      this.pickers.push(picker);
      return picker;
    }) as typeof createQuickPick;
  }

  /** Everything is asked of the person again. */
  restore(): void {
    Object.assign(vscode.window, { createQuickPick, showQuickPick, showSaveDialog });
  }

  /** The dialog that asks where to save ends so. */
  saveTo(uri: vscode.Uri | undefined): void {
    vscode.window.showSaveDialog = () => Promise.resolve(uri);
  }

  /** Every `showQuickPick` takes the item that `choose` finds; none where it finds none. */
  quickly(choose: (items: readonly vscode.QuickPickItem[]) => vscode.QuickPickItem | undefined): void {
    vscode.window.showQuickPick = ((items: readonly vscode.QuickPickItem[], options: vscode.QuickPickOptions) => {
      this.asked.push(options.placeHolder ?? '');
      return Promise.resolve(choose(items));
    }) as unknown as typeof showQuickPick;
  }

  /** The next question, once it is shown. */
  async question(): Promise<Picker> {
    await eventually('a question', () => this.pickers.length > this.seen);
    const picker = this.pickers[this.seen++];
    await eventually('its items', () => picker.items.length > 0);
    return picker;
  }

  /** Takes these items of a question. */
  async take(picker: Picker, ...labels: string[]): Promise<void> {
    const items = labels.map((label) => picker.items.find((item) => item.label === label));
    assert.ok(
      items.every((item) => item !== undefined),
      `${labels.join(', ')} of ${picker.items.map(({ label }) => label).join(', ')}`,
    );
    if (picker.canSelectMany) picker.selectedItems = items;
    else picker.activeItems = items;
    // What is set reaches VS Code a turn later than a command does.
    await new Promise((resolve) => setTimeout(resolve, 100));
    await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
  }
}
