import json

from odoo import models

SUMMARY = (
    *("revenue", "parts", "labour", "travel", "subcontract", "other"),
    *("margin", "orders"),
)
RECONCILED = ("profit_and_loss", "sum_of_margins", "difference")


class FieldServicePackCompare(models.AbstractModel):
    """What has changed since something else was published."""

    _name = "field.service.pack.compare"
    _description = "Comparison of Performance Packs"

    def _get_content(self):
        """Return the snapshot as a dictionary."""
        self.ensure_one()
        return json.loads(self.content)

    def _collect_changes(self, _question, content):
        """Figures that differ from the earlier pack of the same period."""
        earlier = self.earlier_id
        if not earlier:
            return None
        old = self._get_headline(earlier._get_content())
        return {
            **self._get_reference(earlier),
            "rows": self._get_changed_rows(old, self._get_headline(content)),
        }

    def _collect_restated(self, question, _content):
        """Figures of the pack before that would be others if it were made today."""
        previous = self.previous_id
        if not previous:
            return None
        old = previous._get_content()
        again = question._replace(
            date_from=previous.date_from,
            date_to=previous.date_to,
            kpis=previous._get_kpis(),
        )
        # The same parts, read anew; what compares with others is not restated.
        now = {
            part: getattr(self, f"_collect_{part}")(again, {})
            for part in old["parts"]
            if part in ("summary", "kpis", "reconciliation", "work")
        }
        rows = self._get_changed_rows(
            self._get_headline(old), self._get_headline({**old, **now})
        )
        return {**self._get_reference(previous), "rows": rows}

    @staticmethod
    def _get_reference(pack):
        return {
            "name": pack.name,
            "hash": pack.content_hash,
            "frozen_on": str(pack.frozen_on),
            "date_from": str(pack.date_from),
            "date_to": str(pack.date_to),
        }

    @staticmethod
    def _get_headline(content):
        """Return the figures that are compared, ``{key: (value, kind, name)}``."""
        result = {}
        current = (content.get("summary") or {}).get("current") or {}
        for name in SUMMARY:
            kind = "integer" if name == "orders" else "money"
            if "summary" in content:
                result[f"summary.{name}"] = current.get(name), kind, name
        for name, value in (content.get("work") or {}).items():
            result[f"work.{name}"] = value, "number", name
        for row in content.get("reconciliation") or ():
            for name in RECONCILED:
                key = f"reconciliation.{row['company']}.{name}"
                result[key] = row[name], "money", name
        for row in content.get("kpis") or ():
            result[f"kpi.{row['code']}"] = row["value"], row["unit"], row["name"]
        return result

    @staticmethod
    def _get_changed_rows(old, new):
        """Figures of both that differ; one that only one of them has is no change."""
        return [
            {
                "key": key,
                "name": name,
                "kind": kind,
                "before": old[key][0],
                "after": value,
            }
            for key, (value, kind, name) in new.items()
            if key in old and old[key][0] != value
        ]
