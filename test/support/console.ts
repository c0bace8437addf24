/** The console in a real Chromium, against `npm start`: its simulator, and the stand-in of Pro Santé Connect. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { people } from '../../tools/demo/people.ts';
import { npmStart, placeIn, root, type Place, type Started } from './demonstration.ts';

const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((p) => existsSync(p));
/** For `describeNeeding`. */
export const noChromium = program === undefined ? 'Chromium is not installed' : undefined;

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Kept as test output, to be looked at. */
const pictures = path.join(root, 'coverage/console');

export interface ConsoleStack {
  place: Place;
  running: Started;
  /** `http://localhost:…` */
  origin: string;
  open(options?: Parameters<Browser['newContext']>[0]): Promise<ConsolePage>;
  close(): Promise<void>;
}

export interface ConsolePage {
  page: Page;
  /** What the browser complained of: errors of scripts, what its policy forbade. */
  complaints: string[];
  /** Every address that was asked for. */
  addresses: string[];
  signIn(who: keyof typeof people): Promise<void>;
  /** Goes through the login pages that stand before the console. @param answer what is done on a page of ours */
  throughLogin(who: keyof typeof people, answer?: (page: Page) => Promise<boolean>): Promise<void>;
  /** A file, as a mouse drops it. @param type what the system says of it; empty: nothing */
  drop(name: string, type: string, bytes: Buffer): Promise<void>;
  /** A picture of the page, and what axe finds wrong with it: nothing. */
  look(name: string): Promise<void>;
}

/** Starts everything. */
export async function startConsole(settings: Record<string, string> = {}): Promise<ConsoleStack> {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'console-'));
  const place = await placeIn(dir);
  const running = await npmStart(place, settings);
  expect(running.errors()).toBe('');
  const browser = await chromium.launch({ executablePath: program!, args: ['--no-sandbox'] });
  mkdirSync(pictures, { recursive: true });
  const origin = running.url.replace(/\/fhir$/, '');
  return {
    place,
    running,
    origin,
    open: async (options) => consolePage(await (await browser.newContext(options)).newPage(), origin),
    async close() {
      await browser.close();
      await running.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function consolePage(page: Page, origin: string): ConsolePage {
  const complaints: string[] = [];
  const addresses: string[] = [];
  page.on('request', (request) => addresses.push(request.url()));
  page.on('console', (message) => {
    // A refusal of the API that the page shows is in the browser's log, too.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.setDefaultTimeout(20_000);

  async function throughLogin(who: keyof typeof people, answer?: (page: Page) => Promise<boolean>): Promise<void> {
    for (let steps = 0; steps < 12; steps++) {
      await page.waitForLoadState('domcontentloaded');
      if (page.url().startsWith(`${origin}/console`)) return;
      if (answer && (await answer(page))) continue;
      const radio = page.locator(`input[name=person][value="${people[who].id}"]`);
      if ((await radio.count()) > 0) {
        await radio.check();
        await page.locator('button[value=login]').click();
      } else if ((await page.locator('a[href$="/login"]').count()) > 0) await page.locator('a[href$="/login"]').click();
      else await page.locator('button[form=step]').first().click();
    }
    throw new Error(`not through the login: ${await page.locator('main').innerText()}`);
  }

  return {
    page,
    complaints,
    addresses,
    throughLogin,
    async signIn(who) {
      await page.goto(`${origin}/console`);
      await page
        .locator('main .actions button')
        .nth(who === 'admin' ? 1 : 0)
        .click();
      await page.waitForURL((url) => url.pathname !== '/console');
      await throughLogin(who);
      await page.locator('.who span').waitFor();
    },
    async drop(name, type, bytes) {
      const given = JSON.stringify([bytes.toString('base64'), name, type]);
      const transfer = await page.evaluateHandle(`{
        const [base64, name, type] = ${given};
        const transfer = new DataTransfer();
        transfer.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name, { type }));
        transfer;
      }`);
      await page.locator('.drop').dispatchEvent('drop', { dataTransfer: transfer });
    },
    async look(name) {
      await page.screenshot({ path: path.join(pictures, `${name}.png`), fullPage: true });
      await page.evaluate(axe);
      const found = await page.evaluate(async () => {
        const { violations } = await (
          globalThis as unknown as {
            axe: {
              run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
            };
          }
        ).axe.run();
        return violations.map(
          ({ id, nodes }) => `${id}: ${nodes.map((n) => `${n.html} ${n.failureSummary}`).join('\n')}`,
        );
      });
      expect(found, name).toEqual([]);
    },
  };
}
