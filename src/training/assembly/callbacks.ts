/** What the other side computes. */

/** Writes log p_z of each point of a block, and its gradient: from and to n × d float64 in memory. */
export declare function base(count: i32): void;
/** Writes u of each point of a block, and its gradient. */
export declare function energy(count: i32): void;

/** In float64, once a layer and step: those of Math, as in src/flow. */
export declare function exp(x: f64): f64;
export declare function log1p(x: f64): f64;
export declare function log2(x: f64): f64;
