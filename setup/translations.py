"""The terms of the add-ons, and their translation files in step with them.

Works within Odoo, on a database where the add-ons are installed: the terms come from
the same reader as those of ``odoo i18n export``. What is written stays the same from
run to run: no dates, one order of terms, no demo data.
"""

import io
import re
from pathlib import Path

import polib

from odoo.modules.module import Manifest
from odoo.tools.translate import trans_export

CHECKOUT = Path(__file__).resolve().parents[1]
LANGUAGE = "ru"
PLURALS = (
    "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && "
    "(n%100<12 || n%100>14) ? 1 : 2);"
)


def template_path(module):
    """Where the terms of an add-on are kept."""
    return CHECKOUT / module / "i18n" / f"{module}.pot"


def translation_path(module, language=LANGUAGE):
    """Where the translation of an add-on is kept."""
    return CHECKOUT / module / "i18n" / f"{language}.po"


def extract(env, module):
    """Return the terms that an add-on has now, as a template.

    :param env: environment of a database where the add-on is installed
    :rtype: polib.POFile
    """
    buffer = io.BytesIO()
    trans_export(None, [module], buffer, "po", env)
    terms = polib.pofile(buffer.getvalue().decode())
    template = polib.POFile()
    template.header = terms.header
    template.metadata = _prepare_metadata(terms)
    demo = _get_demo_records(module)
    for entry in terms:
        places = [
            place
            for place in entry.occurrences
            if place[0].rpartition(".")[2] not in demo
        ]
        if places:
            entry.occurrences = places
            template.append(entry)
    return template


def merge(template, translation):
    """Return the translation of exactly the terms of the template, in its order.

    A term that is new stands there without a translation; what is no longer a term is
    left out. Nothing is guessed from similar terms.
    """
    known = {entry.msgid: entry.msgstr for entry in translation if not entry.obsolete}
    merged = polib.POFile()
    merged.header = template.header
    merged.metadata = {
        **template.metadata,
        "Language": LANGUAGE,
        "Plural-Forms": PLURALS,
    }
    merged.extend(
        polib.POEntry(
            msgid=entry.msgid,
            msgstr=known.get(entry.msgid, ""),
            occurrences=entry.occurrences,
            comment=entry.comment,
        )
        for entry in template
    )
    return merged


def update(env, module):
    """Write the template and the translation of an add-on.

    :return: the terms that wait for a translation
    :rtype: list[str]
    """
    template = extract(env, module)
    path = translation_path(module)
    known = polib.pofile(str(path)) if path.exists() else polib.POFile()
    merged = merge(template, known)
    path.parent.mkdir(exist_ok=True)
    template.save(str(template_path(module)))
    merged.save(str(path))
    return [entry.msgid for entry in merged if not entry.msgstr]


def _prepare_metadata(terms):
    # The dates would change with every run.
    kept = {
        name: value
        for name, value in terms.metadata.items()
        if name not in ("POT-Creation-Date", "PO-Revision-Date")
    }
    return {**kept, "Content-Transfer-Encoding": "8bit"}


def _get_demo_records(module):
    """Return the names of the records that are there for trying out only."""
    names = set()
    for name in Manifest.for_addon(module)["demo"]:
        text = (CHECKOUT / module / name).read_text(encoding="utf-8")
        names.update(re.findall(r'<record id="(\w+)"', text))
    # A product brings its template along, under a name that Odoo makes.
    return names | {f"{name}_product_template" for name in names}
