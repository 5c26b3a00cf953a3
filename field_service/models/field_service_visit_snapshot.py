import textwrap

import pytz

from odoo import api, fields, models
from odoo.tools import get_lang


class FieldServiceVisitSnapshot(models.AbstractModel):
    """What a technician is told about a visit, kept so that changes can be shown."""

    _name = "field.service.visit.snapshot"
    _description = "What Technicians Are Told"

    @api.model
    def _get_dispatch_fields(self):
        """Return the fields of a visit that may change what the technician was told."""
        return ["start", "stop", "duration", "technician_id", "crew_ids"]

    def _prepare_dispatch_snapshot(self):
        """Return what the technician is told, to be compared later.

        A key of each thing that matters, in JSON: a text, a number, or a list of
        [what is compared, how it is called]. Whatever is not in it can change without
        the technician having to acknowledge it. The labels of the keys are in
        ``_get_dispatch_labels``.
        """
        self.ensure_one()
        # Who is sent to a site is told what it is about, whatever he may read.
        visit = self.sudo()
        lang = visit.technician_id.user_id.lang or self.env.lang
        visit = visit.with_context(lang=lang)
        order = visit.order_id
        return {
            "start": fields.Datetime.to_string(visit.start),
            "duration": int(visit._get_period().total_seconds() // 60),
            "site": _name_all(order.site_id),
            "address": _describe_address(order.site_id),
            "technician": _name_all(visit.technician_id),
            "crew": _name_all(visit.crew_ids.sorted("id")),
            "job_type": _name_all(order.job_type_id),
            "description": (order.description or "").strip(),
            "equipment": _name_all(order.asset_ids.sorted("id")),
        }

    @api.model
    def _get_dispatch_labels(self):
        """Return how the keys of the snapshot are called, in order."""
        return {
            "start": self.env._("Start"),
            "duration": self.env._("Duration"),
            "site": self.env._("Site"),
            "address": self.env._("Address"),
            "technician": self.env._("Technician"),
            "crew": self.env._("Crew"),
            "job_type": self.env._("Job Type"),
            "description": self.env._("Problem"),
            "equipment": self.env._("Equipment"),
        }

    @api.model
    def _get_changed_keys(self, before, after):
        """Return the keys of two snapshots that differ in what is compared."""
        return [
            key
            for key in self._get_dispatch_labels()
            if key in before and _comparable(before[key]) != _comparable(after.get(key))
        ]

    def _get_dispatch_changes(self, before, tz=None):
        """Return what has changed since a snapshot, one sentence each, to be read.

        :param str tz: time zone of the reader; the user's when left out
        """
        self.ensure_one()
        after = self._prepare_dispatch_snapshot()
        labels = self._get_dispatch_labels()
        zone = pytz.timezone(tz or self.env.tz.zone)
        other_day = _localize(before.get("start"), zone, "%Y-%m-%d") != _localize(
            after.get("start"), zone, "%Y-%m-%d"
        )
        changes = []
        for key in self._get_changed_keys(before, after):
            old, new = (
                self._format_dispatch_value(key, values[key], zone, other_day)
                for values in (before, after)
            )
            changes.append(f"{labels[key]}: {old} → {new}")
        return changes

    def _get_dispatch_details(self, tz=None):
        """Return what the technician is told, one line each."""
        self.ensure_one()
        zone = pytz.timezone(tz or self.env.tz.zone)
        snapshot = self._prepare_dispatch_snapshot()
        return [
            f"{label}: {self._format_dispatch_value(key, snapshot[key], zone, True)}"
            for key, label in self._get_dispatch_labels().items()
            if snapshot.get(key)
        ]

    def _format_dispatch_value(self, key, value, zone, with_day):
        if not value:
            return "–"
        if key == "start":
            lang = get_lang(self.env)
            clock = lang.time_format.replace(":%S", "")
            return _localize(
                value, zone, f"{lang.date_format} {clock}" if with_day else clock
            )
        if key == "duration":
            return f"{value // 60}:{value % 60:02}"
        if isinstance(value, list):
            return ", ".join(name for __, name in value)
        return textwrap.shorten(str(value), 200, placeholder="…")


def _name_all(records):
    return [[record.id, record.display_name] for record in records]


def _comparable(value):
    """A renamed record is still the same."""
    if isinstance(value, list):
        return [key for key, __ in value]
    return value or False


def _localize(value, zone, pattern):
    moment = fields.Datetime.to_datetime(value)
    return moment and pytz.utc.localize(moment).astimezone(zone).strftime(pattern)


def _describe_address(partner):
    """The name of a country is translated, the address is the same."""
    text = partner._display_address(without_company=True)
    key = [
        partner[name].id if partner._fields[name].relational else partner[name] or ""
        for name in partner._formatting_address_fields()
    ]
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [[key, ", ".join(lines)]] if lines else []
