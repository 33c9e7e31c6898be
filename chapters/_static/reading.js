// Boxes that scroll can be reached by keyboard; boxes that do not are no stop on the way. Without this script all are.
(() => {
  const boxes = [...document.querySelectorAll(".table-scroll, .picture, article pre, div.math")];
  const scrolls = (box) => box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
  const update = () => boxes.map((box) => [box, scrolls(box)]).forEach(([box, does]) => {
    if (does) box.setAttribute("tabindex", "0");
    else box.removeAttribute("tabindex");
  });
  // A menu that is closed gives the focus back to the button that opened it.
  let opener = null;
  document.addEventListener("click", (event) => {
    opener = event.target.closest(".primary-toggle, .secondary-toggle") || opener;
  }, true);
  document.addEventListener("close", () => opener && setTimeout(() => opener.focus()), true);
  addEventListener("load", update);
  addEventListener("resize", update);
  document.addEventListener("toggle", update, true);
})();
