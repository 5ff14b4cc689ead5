/** What the form library writes in English is told in our words, with its values. */
import { expect, test } from "vitest";
import { inOwnWords } from "../src/forms/words";

test("the library's sentences keep their values in ours", () => {
  expect(inOwnWords("Field is required.")).toBe("The field is required.");
  expect(inOwnWords("Field must have minimum value of 0.5.")).toBe("The value must be at least 0.5.");
  expect(inOwnWords("Value is expected to have at most 1 decimal digit.")).toBe(
    "The value has at most 1 decimal places.",
  );
  expect(inOwnWords("3 files selected")).toBe("3 files chosen");
});

test("words of others stay as they are", () => {
  for (const text of ["Search the archive", "Field", "Ann", "Browser"]) expect(inOwnWords(text)).toBe(text);
});
