/** Light, dark or as the system says. The choice is a cookie, so that the server paints the right page at once. */

export type ThemeChoice = "light" | "dark" | "system";

const ONE_YEAR = 31_536_000;
const dark = (): MediaQueryList => matchMedia("(prefers-color-scheme: dark)");

export function chosenTheme(): ThemeChoice {
  const value = document.documentElement.dataset.theme;
  return value === "light" || value === "dark" ? value : "system";
}

export function isDark(): boolean {
  const choice = chosenTheme();
  return choice === "dark" || (choice === "system" && dark().matches);
}

export function chooseTheme(choice: ThemeChoice): void {
  if (choice === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
  const age = choice === "system" ? 0 : ONE_YEAR;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser that we serve.
  document.cookie = `theme=${choice}; Path=/; Max-Age=${age}; SameSite=Lax${secure}`;
  markChoice();
}

function markChoice(): void {
  for (const button of document.querySelectorAll<HTMLElement>("[data-theme-choice]"))
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === chosenTheme()));
}

export function startTheme(): void {
  markChoice();
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-theme-choice]");
    if (button) chooseTheme(button.dataset.themeChoice as ThemeChoice);
  });
}
