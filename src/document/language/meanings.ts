/** What the keys and words of a flow mean, where nothing else in the product says so already: a sentence or two for the person. */

import type { BaseName } from '../format';

/** By the key's owner and name. */
export const keyMeanings: Readonly<Record<string, string | undefined>> = {
  'flow.nflow': 'The version of the format.',
  'flow.dim': 'The number of coordinates d of z and x.',
  'flow.base': 'What z is drawn from.',
  'flow.seed': 'Where all random numbers come from: the same seed gives the same run, to the bit.',
  'flow.direction':
    'The direction in which the layers run by their formulas. A flow that runs against its objective can be looked at, not trained.',
  'flow.objective':
    'What training minimises. Forward KL learns from samples of the target and runs x → z; reverse KL learns from its energy and runs z → x.',
  'flow.training': 'How training goes on.',
  'flow.layers': 'The layers in the order z → x, one a line.',
  'flow.weights': 'Trained parameters to begin with, in a file beside this one. Save Weights writes it.',
  'objective.type': 'The Kullback–Leibler divergence that is minimised.',
  'objective.data': 'Where the samples come from: built in, or a file of points beside this one.',
  'objective.columns': 'The columns of the file that are the coordinates, by name or by number from 1.',
  'objective.holdout': 'The share of the file that is kept out of training, to judge it by.',
  'objective.energy': 'u(x) of the target, π(x) ∝ e^{−u(x)}.',
  'objective.gradient': 'Which estimate of the gradient of the loss is taken.',
  'objective.anneal': 'Over how many steps the energy gains its full weight: β rises from 0.01 to 1 (Rezende & Mohamed 2015, section 6.1).',
  'training.steps': 'How many steps training takes.',
  'training.batch': 'How many points each step is judged on.',
  'training.optimizer': 'How the gradient becomes a step.',
  'training.learningRate': 'The length of the steps, where the schedule begins.',
  'training.schedule': 'How the learning rate falls over the steps.',
  'training.momentum': 'How much of its last step SGD keeps.',
  'training.clip': 'A gradient longer than this is scaled down to it.',
  'training.patience':
    'Training stops where the loss, or the held-out likelihood where rows are held out, has not improved for this many steps.',
  'base.type': 'The kind of distribution.',
  'base.mean': 'μ, the centre.',
  'base.scale': 'σ, the standard deviation along each coordinate.',
  'base.cholesky': 'L, lower triangular, of the covariance L·Lᵀ, row by row.',
  'base.weights': 'How much each component weighs, relative to their sum.',
  'base.components': 'The distributions that are mixed, each of them again a base.',
  'base.low': 'The low corner of the box.',
  'base.high': 'The high corner of the box.',
};

/** The formulas are those of src/flow/base. */
export const baseMeanings: Readonly<Record<BaseName, string>> = {
  'standard-normal': 'N(0, I): log p = −½‖z‖² − (d/2)·log 2π.',
  'diagonal-normal': 'N(μ, diag(σ²)).',
  'full-normal': 'N(μ, L·Lᵀ).',
  mixture: 'p = Σ wₖ·pₖ / Σ wₖ.',
  uniform: 'Uniform on a box; it has no density outside, so it is of use with reverse-kl.',
};

export const wordMeanings: Readonly<Record<string, string>> = {
  'standard-normal': baseMeanings['standard-normal'],
  'forward-kl': 'Maximum likelihood: −E[log p_z(f(x)) + log|det J_f(x)|] over samples of the target. Runs x → z.',
  'reverse-kl': 'E[log p_z(z) − log|det J_g(z)| + u(g(z))] over draws of the base. Runs z → x.',
  'z->x': 'The formulas run z → x, as reverse KL trains them.',
  'x->z': 'The formulas run x → z, as forward KL trains them.',
  total: 'The gradient of the loss as it is.',
  path: "Without the score's own dependence on the parameters, which is 0 on average (Roeder, Wu & Duvenaud 2017, arXiv 1703.09194).",
  adam: 'Kingma & Ba 2015, arXiv 1412.6980.',
  rmsprop: 'Steps divided by a running root mean square of the gradient (Tieleman & Hinton 2012).',
  sgd: 'Stochastic gradient descent, with momentum.',
  constant: 'The learning rate stays as it is.',
  cosine: 'Half a cosine, from the learning rate to 0 (Loshchilov & Hutter 2017, arXiv 1608.03983).',
  exponential: 'The same factor at every step, down to a hundredth of the learning rate.',
  none: 'Not at all.',
};
