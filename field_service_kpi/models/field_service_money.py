from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..measure import Scope
from ..money import get_overlaps, get_year_factor, pick_without_overlap
from ..period import KEYS, get_period

YEAR = "last_12_months"


class FieldServiceMoney(models.AbstractModel):
    """Money on the table: what costs the most, ranked by what it costs in a year.

    Each row is the sum of a list that it opens, of one company and in its currency.
    Nothing is stored; sources are methods of the mixins, see ``_get_sources``.
    """

    _name = "field.service.money"
    _inherit = ["field.service.money.cash"]
    _description = "Money on the Table"

    # ------------------------------------------------------------------ public API
    @api.model
    @api.readonly
    def get_money(self, options=None):
        """Return the ranked rows and everything else the screen shows.

        :param dict options: ``period`` ("last_12_months", a key of ``period.KEYS`` or
            "custom" with ``date_from`` and ``date_to``)
        :rtype: dict
        """
        scope, key = self._get_money_scope(options or {})
        days = (scope.date_to - scope.date_from).days + 1
        found, silent = [], []
        for name, method in self._get_sources().values():
            one = method(scope)
            found += one.rows
            if not one.rows:
                silent.append({"name": name, "reason": one.reason})
        rows = self._rank(found, get_year_factor(days))
        taken = pick_without_overlap(
            [(row["key"], row["kind"]) for row in rows if row["amount"] is not None]
        )
        for row in rows:
            row["counted"] = row["key"] in taken
        amounts = [row["amount"] for row in rows if row["counted"]]
        return {
            "period": {
                "key": key,
                "start": fields.Date.to_string(scope.date_from),
                "stop": fields.Date.to_string(scope.date_to),
                "days": days,
            },
            "company": scope.companies.name,
            "currency_id": scope.companies.currency_id.id,
            "as_of": fields.Datetime.to_string(fields.Datetime.now()),
            "rows": rows,
            "total": scope.companies.currency_id.round(sum(amounts)),
            "silent": silent,
        }

    @api.model
    @api.readonly
    def open_money(self, key, options=None):
        """Return the action with the list that a row is the sum of.

        :param str key: of the row
        :param dict options: the question of the screen
        """
        row = self._find_row(key, options)
        return {
            "type": "ir.actions.act_window",
            "name": row.label,
            "res_model": row.model,
            "views": self._get_money_views(row.model),
            "domain": list(row.domain),
            "context": {"create": False},
        }

    @api.model
    @api.readonly
    def improve_money(self, key, options=None):
        """Return the action with a new improvement action about a row.

        :param str key: of the row
        :param dict options: the question of the screen
        """
        row = self._find_row(key, options)
        scope, _period = self._get_money_scope(options or {})
        factor = get_year_factor((scope.date_to - scope.date_from).days + 1)
        amount = (row.amount or 0.0) * (1.0 if row.yearly else factor)
        improvements = self.env["field.service.improvement"]
        kpi = self.env["field.service.kpi"].search([("code", "=", row.kpi)], limit=1)
        known = kpi and improvements._is_comparable(kpi)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Improvement Action"),
            "res_model": improvements._name,
            "views": [(False, "form")],
            "context": {
                "default_name": row.label,
                "default_cause": " ".join((row.formula, row.note)).strip(),
                "default_expected_effect": scope.companies.currency_id.round(amount),
                **({"default_kpi_id": kpi.id} if known else {}),
            },
        }

    # -------------------------------------------------------------------- question
    @api.model
    def _get_money_scope(self, options):
        """Return the ``Scope`` that is asked, and the key of its period."""
        if not self.env.user.has_group("field_service.group_manager"):
            raise AccessError(
                self.env._("What is lost is shown to service managers only.")
            )
        company = self.env.company
        today = fields.Date.context_today(self)
        key = options.get("period")
        if key == "custom":
            start = fields.Date.to_date(options.get("date_from"))
            stop = fields.Date.to_date(options.get("date_to"))
            if not start or not stop:
                raise UserError(self.env._("Choose the first and the last day."))
            scope = Scope(company, start, stop)
            self.env["field.service.kpi"]._check_scope(scope)
            return scope, key
        if key in KEYS:
            period = get_period(company, key, today)
            return Scope(company, period.start, period.stop), key
        start = today - relativedelta(years=1) + relativedelta(days=1)
        return Scope(company, start, today), YEAR

    def _find_row(self, key, options):
        """Compute one row anew."""
        scope, _period = self._get_money_scope(options or {})
        source = self._get_sources().get((key or "").partition(":")[0])
        rows = source[1](scope).rows if source else ()
        row = next((one for one in rows if one.key == key), None)
        if row is None:
            raise UserError(
                self.env._("Nothing of this is left in the period. Compute anew.")
            )
        return row

    @api.model
    def _get_money_views(self, model):
        if self.env[model]._auto:
            return [(False, "list"), (False, "form")]
        return [(False, "list"), (False, "pivot")]

    # --------------------------------------------------------------------- ranking
    @api.model
    def _rank(self, found, factor):
        """Return the rows for the client, the dearest first, unknown ones last."""
        bases = self.env["field.service.kpi"]._get_date_bases()
        currency = self.env.company.currency_id
        kinds = list(dict.fromkeys(row.kind for row in found))
        names = {kind: name for kind, (name, _method) in self._get_sources().items()}
        result = []
        for row in found:
            amount = row.amount
            if amount is not None:
                amount = currency.round(amount * (1.0 if row.yearly else factor))
            result.append(
                {
                    "key": row.key,
                    "kind": row.kind,
                    "label": row.label,
                    "formula": row.formula,
                    "note": row.note,
                    "base": row.base,
                    "unit": row.unit,
                    "amount": amount,
                    "n": row.n,
                    "basis": bases[row.basis],
                    "overlaps": [names[one] for one in get_overlaps(row.kind, kinds)],
                    "tool": row.tool,
                    "kpi": row.kpi,
                }
            )
        return sorted(
            result,
            key=lambda row: (row["amount"] is None, -(row["amount"] or row["base"])),
        )
