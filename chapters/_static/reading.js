// Boxes that scroll can be reached by keyboard; boxes that do not are no stop on the way. Without this script all are.
(() => {
  const boxes = [...document.querySelectorAll(".table-scroll, .picture, article pre")];
  const scrolls = (box) => box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
  const update = () => boxes.map((box) => [box, scrolls(box)]).forEach(([box, does]) => {
    if (does) box.setAttribute("tabindex", "0");
    else box.removeAttribute("tabindex");
  });
  addEventListener("load", update);
  addEventListener("resize", update);
  document.addEventListener("toggle", update, true);
})();
