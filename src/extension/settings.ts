import * as vscode from 'vscode';
import type { SessionSettings } from '../session/environment';

/** The settings `nflow.*` that hold for a file. A value out of its bounds, which the settings editor marks, counts as the nearest within. */
export function sessionSettings(uri: vscode.Uri): SessionSettings {
  const settings = vscode.workspace.getConfiguration('nflow', uri);
  const number = (key: string, least: number, most: number, otherwise: number): number => {
    const value = settings.get<unknown>(key);
    return typeof value === 'number' && Number.isFinite(value) ? Math.min(Math.max(value, least), most) : otherwise;
  };
  return {
    epsilon: number('invertibility.nearSingular', 1e-6, 0.999, 0.05),
    particles: Math.round(number('picture.particles', 100, 10_000, 1000)),
    gridLines: Math.round(number('picture.gridLines', 5, 81, 31)),
    layerDuration: number('picture.layerDuration', 0, 5000, 700),
  };
}
