from typing import NamedTuple

from odoo import models
from odoo.exceptions import UserError
from odoo.tools.float_utils import float_round

MOST_FINDINGS = 200


class Repair(NamedTuple):
    """What puts a finding right: how, in words, and the value to write.

    ``how`` is ``distribution``, ``resync``, ``date``, ``delete`` or ``acknowledge``;
    ``person`` when only a person can decide.
    """

    how: str
    text: str
    value: object = None


class FieldServiceIntegrityRepairs(models.AbstractModel):
    """The repair of each kind of finding, shown before it is applied."""

    _name = "field.service.integrity.repairs"
    _description = "Work Order Integrity Repairs"

    def _get_repairs(self):
        """Method that answers the ``Repair`` of each kind of finding."""
        return {
            "under_split": "_repair_under_split",
            "over_split": "_repair_over_split",
            "foreign_company": "_repair_foreign_company",
            "missing_share": "_repair_share",
            "changed_share": "_repair_share",
            "changed_after_lock": "_repair_changed_after_lock",
            "date_differs": "_repair_date",
            "order_lost": "_repair_order_lost",
            "not_posted": "_repair_not_posted",
            "no_order": "_repair_no_order",
        }

    def _get_repair(self):
        """Return what puts this finding right."""
        self.ensure_one()
        return getattr(self, self._get_repairs()[self.kind])()

    def _read_key(self):
        """Return the id of the record that breaks the rule, out of the number."""
        self.ensure_one()
        return self.id // 64

    # ---------------------------------------------------------------- by the kind
    def _repair_under_split(self):
        item = self.move_line_id
        attribution = self.env["field.service.attribution"]
        if attribution._get_rest(item) <= 0:
            return self._repair_share()
        if len(item.service_order_ids) != 1:
            return self._ask_person()
        after = attribution._prepare_distribution(item, item.service_order_ids)
        return self._prepare_distribution_repair(after)

    def _repair_over_split(self):
        item = self.move_line_id
        before = item.analytic_distribution or {}
        total = sum(item._get_service_distribution(before).values())
        if total <= 100.0:
            return self._repair_share()
        keys = [key for key in before if item._get_service_distribution({key: 1.0})]
        after = {
            key: float_round(before[key] * 100.0 / total, 2)
            if key in keys
            else before[key]
            for key in before
        }
        # Rounding leaves something over: the last share takes it.
        rest = 100.0 - sum(after[key] for key in keys)
        after[keys[-1]] = float_round(after[keys[-1]] + rest, 2)
        return self._prepare_distribution_repair(after)

    def _repair_foreign_company(self):
        item = self.move_line_id
        # The order is another company's: its account is no secret of the item.
        account = self.order_id.sudo().analytic_account_id
        after = item._get_distribution_without(
            item.analytic_distribution or {}, account.ids
        )
        return self._prepare_distribution_repair(after)

    def _repair_share(self):
        text = self.env._("Makes the analytic items again: %(distribution)s.")
        return Repair(
            "resync",
            text % {"distribution": self._describe(self._get_distribution_now())},
        )

    def _repair_changed_after_lock(self):
        return Repair(
            "acknowledge",
            self.env._("Records that you have looked at it, with the reason."),
        )

    def _repair_date(self):
        return Repair(
            "date",
            self.env._("Dates the analytic item %(date)s.", date=self.date),
        )

    def _repair_order_lost(self):
        item = self.move_line_id
        before = item.analytic_distribution or {}
        after = item._get_distribution_without(
            before, item._get_service_distribution(before)
        )
        after.update(self.order_id._get_analytic_distribution())
        return self._prepare_distribution_repair(after)

    def _repair_not_posted(self):
        return Repair("delete", self.env._("Deletes the analytic item."))

    def _repair_no_order(self):
        return self._ask_person()

    # --------------------------------------------------------------------- helpers
    def _ask_person(self):
        return Repair(
            "person",
            self.env._("Choose the work order, or say that it belongs to none."),
        )

    def _prepare_distribution_repair(self, after):
        text = self.env._(
            "%(before)s becomes %(after)s.",
            before=self._describe(self._get_distribution_now()),
            after=self._describe(after),
        )
        return Repair("distribution", text, after or False)

    def _get_distribution_now(self):
        return self.move_line_id.analytic_distribution or {}

    def _describe(self, distribution):
        """Return a distribution in words: ``WO/2026/00012 60 %, North 100 %``."""
        ids = {int(part) for key in distribution for part in key.split(",")}
        # What an item says is shown to whoever may read the item.
        accounts = self.env["account.analytic.account"].sudo().browse(ids).exists()
        names = {str(account.id): account.name for account in accounts}
        parts = [
            f"{' + '.join(names.get(part, '?') for part in key.split(','))} {share:g} %"
            for key, share in distribution.items()
        ]
        return ", ".join(parts) or self.env._("no order")

    # --------------------------------------------------------------------- actions
    def action_repair(self):
        """Show what puts these findings right; where a person decides, ask him."""
        self.env["field.service.attribution"]._check_accountant()
        if len(self) > MOST_FINDINGS:
            raise UserError(
                self.env._("Choose up to %(most)s findings.", most=MOST_FINDINGS)
            )
        repairs = {finding: finding._get_repair() for finding in self}
        if all(repair.how == "person" for repair in repairs.values()):
            return self.env["field.service.assignment.wizard"]._open(self.move_line_id)
        return self.env["field.service.integrity.repair"]._open(repairs)
