// Whether the parts of a view keep clear of each other and of the window's edges.

/** What lies below, beside or over what, and whether anything sticks out: the names of those that do. */
export const misplaced = `(() => {
  // What the side has scrolled away is not there.
  const visible = (e) => {
    const [r, side] = [e.getBoundingClientRect(), e.closest('.side')];
    if (!side || getComputedStyle(side).overflowY !== 'auto') return r;
    const frame = side.getBoundingClientRect();
    return { left: r.left, right: r.right, top: Math.max(r.top, frame.top), bottom: Math.min(r.bottom, frame.bottom) };
  };
  const boxes = [...document.querySelectorAll('.header, .plane, .line-view, .legend, .filmstrip, .card, .plot-picture, .titles, .buttons, .layer, .empty')]
    .filter((e) => e.checkVisibility())
    .map((e) => ({ e, name: e.className, r: visible(e) }))
    .filter(({ r }) => r.bottom > r.top);
  const out = boxes.filter(({ r }) => r.left < -0.5 || r.right > innerWidth + 0.5).map(({ name }) => name + ' sticks out');
  for (const a of boxes) for (const b of boxes) {
    if (a === b || a.e.contains(b.e) || b.e.contains(a.e)) continue;
    const [w, h] = [Math.min(a.r.right, b.r.right) - Math.max(a.r.left, b.r.left), Math.min(a.r.bottom, b.r.bottom) - Math.max(a.r.top, b.r.top)];
    if (w > 1 && h > 1) out.push(a.name + ' overlaps ' + b.name);
  }
  if (document.documentElement.scrollWidth > innerWidth) out.push('the page scrolls sideways');
  return out;
})()`;
