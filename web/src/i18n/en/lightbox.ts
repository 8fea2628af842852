import { texts } from "../texts";

export const t = texts("lightbox", {
  previous: "Previous image",
  next: "Next image",
  place: "{n, number} of {count, number}",
  zoomOut: "Zoom out",
  zoomIn: "Zoom in",
  percent: "{percent, number}%",
  fit: "Fit",
  original: "Open the original",
  download: "Download",
  frame: "Image shown",
  failed: "This browser cannot show the image, or it could not be loaded.",
});
