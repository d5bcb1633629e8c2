import * as vscode from 'vscode';
import type { SessionSettings } from '../session/environment';

/** The settings `nflow.*` that hold for a file; package.json has the defaults. */
export function sessionSettings(uri: vscode.Uri): SessionSettings {
  const settings = vscode.workspace.getConfiguration('nflow', uri);
  return {
    epsilon: settings.get('invertibility.nearSingular', 0.05),
    particles: settings.get('picture.particles', 1000),
    gridLines: settings.get('picture.gridLines', 31),
    layerDuration: settings.get('picture.layerDuration', 700),
  };
}
