"""Reads pages with extruct and BeautifulSoup for the kinds of values that the crate `enrichment` looks for, and prints how
much processor time that takes, as the median of the turns: {"pages": N, "seconds": S, "emails": N, "phones": N, "items": N}.

usage: pipeline.py FOLDER TURNS
"""

import json
import pathlib
import re
import statistics
import sys
import time

import extruct
import phonenumbers
from bs4 import BeautifulSoup

EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}")
POSTAL_CODE = re.compile(r"\b[A-Z]{2},? \d{5}(?:-\d{4})?\b")
SOCIAL = re.compile(r"https?://(?:www\.)?(?:facebook|instagram|linkedin|twitter|x|youtube|tiktok|yelp)\.com/\S+")
SYNTAXES = ["json-ld", "microdata", "rdfa", "opengraph", "microformat"]


def read(body):
    """What one page says."""
    soup = BeautifulSoup(body, "lxml")
    html = str(soup)
    try:
        data = extruct.extract(html, base_url="https://www.example.com/", syntaxes=SYNTAXES, errors="ignore")
    except Exception:  # extruct lets some broken pages fail whatever it is told
        data = {}
    emails = {link["href"][7:].split("?")[0].lower() for link in soup.select('a[href^="mailto:"]')}
    phones = {link["href"][4:] for link in soup.select('a[href^="tel:"]')}
    socials = {link["href"] for link in soup.find_all("a", href=SOCIAL)}
    for element in soup(["script", "style", "head", "template"]):
        element.extract()
    text = soup.get_text("\n", strip=True)
    emails.update(found.lower() for found in EMAIL.findall(text))
    for found in phonenumbers.PhoneNumberMatcher(text, "US"):
        phones.add(phonenumbers.format_number(found.number, phonenumbers.PhoneNumberFormat.E164))
    codes = set(POSTAL_CODE.findall(text))
    items = sum(len(found) for found in data.values())
    return len(emails), len(phones), items, len(codes) + len(socials)


def main():
    folder, turns = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    bodies = [path.read_bytes() for path in sorted(folder.glob("*.html"))]
    times, totals = [], (0, 0, 0)
    for _ in range(turns):
        started = time.process_time()
        found = [read(body) for body in bodies]
        times.append(time.process_time() - started)
        totals = tuple(sum(page[index] for page in found) for index in range(3))
    emails, phones, items = totals
    print(json.dumps({"pages": len(bodies), "seconds": statistics.median(times), "emails": emails, "phones": phones, "items": items}))


main()
