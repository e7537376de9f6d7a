import assert from "node:assert/strict";

import { journey } from "../lib/journey.mjs";
import * as dashboard from "../lib/page.mjs";

journey("a page whose script crashed says so, and goes on after it is loaded anew", async ({ page, problems }) => {
  problems.expect(/unreachable/);
  await dashboard.visit(page, "/");
  const notice = page.getByRole("alert").filter({ hasText: "This page stopped working" });
  assert.ok(await notice.isHidden());
  await dashboard.crash(page);
  await notice.waitFor();
  await notice.getByRole("link", { name: "Reload the page" }).click();
  await dashboard.live(page);
  assert.ok(await notice.isHidden());
});

journey("an error that is not a crash leaves the page as it is", async ({ page, problems }) => {
  problems.expect(/of no consequence/);
  await dashboard.visit(page, "/");
  const told = page.waitForEvent("pageerror");
  await page.evaluate(() => {
    setTimeout(() => {
      throw new Error("of no consequence");
    });
  });
  await told;
  assert.ok(await page.getByText("This page stopped working").isHidden());
});
