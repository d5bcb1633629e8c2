import assert from 'node:assert/strict';
import { openWorkbench, type Workbench } from './workbench';

describe('the packaged extension in VS Code', () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await openWorkbench();
  });

  after(() => workbench.close());

  it('puts its commands into the Command Palette', async () => {
    const commands = await workbench.listCommands('Flow: ');
    await workbench.screenshot('palette');
    assert.ok(
      commands.some((label) => label.startsWith('Flow: ')),
      `the palette offers ${commands.join(', ')}`,
    );
  });
});
