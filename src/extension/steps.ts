import * as vscode from 'vscode';

/** One question of several. */
export interface Step<Item extends vscode.QuickPickItem> {
  readonly title: string;
  /** From 1. */
  readonly step: number;
  readonly total: number;
  readonly placeholder: string;
  readonly items: readonly Item[];
  /** Several may be picked; these are at first. */
  readonly picked?: readonly Item[];
  /** The one that Enter takes. */
  readonly active?: Item;
  /** Whether this can be taken; whoever says no has said why. */
  readonly accept?: (picked: readonly Item[]) => boolean | Promise<boolean>;
  readonly changed?: (picked: readonly Item[]) => void;
}

/** What was picked, `back` where the person wants the question before, or undefined where they gave up. */
export function ask<Item extends vscode.QuickPickItem>(step: Step<Item>): Promise<readonly Item[] | 'back' | undefined> {
  const picker = vscode.window.createQuickPick<Item>();
  picker.title = step.title;
  picker.step = step.step;
  picker.totalSteps = step.total;
  picker.placeholder = step.placeholder;
  picker.ignoreFocusOut = true;
  picker.matchOnDescription = true;
  picker.matchOnDetail = true;
  picker.canSelectMany = step.picked !== undefined;
  picker.items = step.items;
  if (step.picked) picker.selectedItems = step.picked;
  if (step.active) picker.activeItems = [step.active];
  if (step.step > 1) picker.buttons = [vscode.QuickInputButtons.Back];
  return new Promise((resolve) => {
    const finish = (outcome: readonly Item[] | 'back' | undefined): void => {
      resolve(outcome);
      picker.dispose();
    };
    picker.onDidAccept(async () => {
      const picked = [...picker.selectedItems];
      if (picked.length === 0 && !picker.canSelectMany) return;
      // Where it opens a dialog, the picker is out of the way.
      picker.enabled = false;
      const taken = (await step.accept?.(picked)) ?? true;
      if (taken) finish(picked);
      else {
        picker.enabled = true;
        picker.show();
      }
    });
    picker.onDidChangeSelection((picked) => step.changed?.(picked));
    picker.onDidTriggerButton(() => finish('back'));
    picker.onDidHide(() => {
      // A dialog that is open hides it, and it comes back.
      if (picker.enabled) finish(undefined);
    });
    picker.show();
  });
}
