import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";
import { folder } from "../lib/pictures.mjs";

const LEAD = {
  name: "Trattoria Vanhan Sataman Kulma ja Terassi",
  category: "restaurant",
  street: "Aleksanterinkatu 15",
  postalCode: "00100",
  city: "Helsinki",
  country: "FI",
  latitude: 60.1699,
  longitude: 24.9384,
  phone: "+358 9 310 1691",
  email: "info@trattoria.example",
  website: "https://www.trattoria.example/",
  openingHours: "Mo-Th 11:00-22:00; Fr 11:00-24:00; Sa 12:00-24:00; Su 12:00-20:00",
  employeeCount: 34,
  yearFounded: 1987,
  description: "A family restaurant by the old harbour. ".repeat(12),
  notes: "Ask for Anna on weekdays.\nNot before ten.\nWants an offer for the terrace.",
  tags: ["warm", "call back", "harbour"],
  socials: { facebook: "https://facebook.com/trattoria", instagram: "https://instagram.com/trattoria" },
};

for (const format of ["A4", "Letter"]) {
  journey(`a lead prints on one page of ${format}, whatever the appearance`, async ({ page, server }) => {
    const { id } = await server.api("/api/businesses", LEAD);
    for (let number = 1; number <= 6; number += 1) {
      const contact = { name: `Person Number ${number}`, title: "Manager", email: `p${number}@trattoria.example`, phone: `+358 9 310 169${number}` };
      await server.api(`/api/businesses/${id}/contacts`, contact);
    }
    await page.emulateMedia({ colorScheme: "dark" });
    await dashboard.visit(page, `/leads/${id}`);
    await page.getByText("Person Number 6").waitFor();
    // A PDF is printed in the media "print".
    const pdf = await page.pdf({ format, preferCSSPageSize: false });
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `lead-print-${format}.pdf`), pdf);
    assert.equal(pdf.toString("latin1").match(/\/Type\s*\/Page\b/g).length, 1);

    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    await page.setViewportSize({ width: 690, height: 1000 });
    await page.screenshot({ path: join(folder, `lead-print-${format}.png`), fullPage: true });
    for (const shown of ["Ask for Anna on weekdays.", "p6@trattoria.example", "A family restaurant"]) {
      assert.ok(await page.getByText(shown).first().isVisible(), `${shown} is printed`);
    }
    for (const name of ["Enrich now", "Keyboard shortcuts"]) {
      assert.equal(await page.getByRole("button", { name }).isVisible(), false, `${name} is not printed`);
    }
    assert.equal(await page.getByRole("link", { name: "Overview" }).first().isVisible(), false);
    assert.equal(await page.getByRole("link", { name: "Add a contact" }).isVisible(), false);
    const scheme = await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
    assert.equal(scheme, "light", "ink on paper");
  });
}
