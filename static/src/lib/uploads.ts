/** File fields that send their form when files are chosen, and forms that take files dropped anywhere on the page. */

export function startUploads(): void {
  document.addEventListener("change", (event) => {
    const field = event.target as HTMLElement;
    if (field.matches("input[data-submits]")) (field as HTMLInputElement).form?.requestSubmit();
  });
  const form = document.querySelector<HTMLFormElement>("form[data-takes-drops]");
  const field = form?.querySelector<HTMLInputElement>("input[type=file]");
  if (!form || !field) return;
  const hasFile = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
  document.addEventListener("dragover", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    document.body.classList.add("takes-drop");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) document.body.classList.remove("takes-drop");
  });
  document.addEventListener("drop", (event) => {
    const files = event.dataTransfer?.files;
    document.body.classList.remove("takes-drop");
    if (!hasFile(event) || !files?.length) return;
    event.preventDefault();
    field.files = files;
    form.requestSubmit();
  });
}
