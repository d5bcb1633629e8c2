/** What the other side computes where it is not written here: for a block of points, as n × d float64 in memory. */

/** Writes log p_z of each point, and its gradient. */
export declare function base(count: i32): void;
/** Writes u of each point, and its gradient. */
export declare function energy(count: i32): void;
