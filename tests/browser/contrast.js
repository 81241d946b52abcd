// Gives the words on the page that are hard to read: WCAG 2.2, criterion 1.4.3, asks 4.5 to 1, for large words 3 to 1.
() => {
  const parts = (colour) => {
    const [r, g, b, a = 1] = colour.match(/[\d.]+/g).map(Number);
    return [r, g, b, a];
  };
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
  const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255);
  const ground = (one) => {
    const layers = [];
    for (let at = one; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.backgroundImage !== "none") return null; // a gradient has no one colour
      layers.push(parts(style.backgroundColor));
      if (layers.at(-1)[3] === 1) break;
    }
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255, 1]);
  };
  const shown = { opacityProperty: true, visibilityProperty: true };
  const found = new Set();
  for (const one of document.querySelectorAll("body *")) {
    const says = [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
    const below = says && one.checkVisibility(shown) && !one.closest("[disabled], option, [aria-hidden=true]") && ground(one);
    if (!below) continue;
    const style = getComputedStyle(one);
    const [paler, darker] = [light(over(parts(style.color), below)), light(below)].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize);
    const big = size >= 24 || (size >= 18.6 && style.fontWeight >= 700);
    const ratio = (paler + 0.05) / (darker + 0.05);
    if (ratio < (big ? 3 : 4.5)) found.add(`${one.textContent.trim().slice(0, 30)} (${one.className}): ${ratio.toFixed(2)}`);
  }
  return [...found];
}
