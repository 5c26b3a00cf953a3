from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

COST_TYPES = [
    ("parts", "Parts"),
    ("labour", "Labour"),
    ("travel", "Travel"),
    ("subcontract", "Subcontract"),
    ("other", "Other"),
]


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    # Where an item that the suite posted itself comes from. Which order an item
    # belongs to is said by its analytic distribution and by nothing else.
    service_order_id = fields.Many2one(
        comodel_name="field.service.order",
        string="Posted for Work Order",
        index="btree_not_null",
        ondelete="restrict",
        readonly=True,
    )
    service_cost_type = fields.Selection(
        selection=COST_TYPES, string="Work Order Cost Kind", readonly=True
    )
    service_source_model = fields.Char(readonly=True)
    service_source_id = fields.Many2oneReference(
        model_field="service_source_model", string="Cost Source", readonly=True
    )
    service_contra_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Contra Account",
        index="btree_not_null",
        readonly=True,
    )

    def init(self):
        result = super().init()
        self.env.cr.execute(
            SQL(
                """CREATE INDEX IF NOT EXISTS account_move_line_service_source_idx
                       ON account_move_line (service_source_model, service_source_id)
                    WHERE service_source_id IS NOT NULL"""
            )
        )
        return result

    def write(self, vals):
        if "analytic_distribution" in vals:
            self._check_service_distribution(vals["analytic_distribution"] or {})
        lines = self
        if not any(map(self._is_tracked, vals)):
            lines = self.with_context(service_nothing_tracked=True)
        return super(AccountMoveLine, lines).write(vals)

    def _is_tracked(self, name):
        """Tell whether core describes a field because it may have been changed."""
        field = self._fields.get(name)
        return not field or (getattr(field, "tracking", None) and not field.related)

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """Nothing is described where core has no use for it.

        Writing, it asks for the tracked fields among those that are written. When
        there is none, that means every field of the model, the suite's too, whenever
        an invoice is posted.
        """
        if allfields == [] and self.env.context.get("service_nothing_tracked"):
            return {}
        return super().fields_get(allfields, attributes)

    def _related_analytic_distribution(self):
        """Keep the work order when a distribution model is applied to a line.

        Core replaces the whole distribution as soon as account, partner or product of
        a draft line changes; the order must survive that.
        """
        related = super()._related_analytic_distribution()
        if related or not self.analytic_distribution:
            return related
        return self._get_service_distribution(self.analytic_distribution)

    def _get_service_distribution(self, distribution):
        """Return the work order part of an analytic distribution.

        :param dict distribution: ``{"12,45": 60.0}``
        :return: ``{"12": 60.0}`` when account 12 is a work order's
        """
        if not distribution:
            # The usual case of a new line: no question to the database.
            return {}
        ids = {
            int(part)
            for key in distribution
            for part in key.split(",")
            if part.strip().isdigit()
        }
        plan = self.env.ref("field_service.analytic_plan_work_orders")
        # An accountant may distribute on orders he cannot open.
        accounts = self.env["account.analytic.account"].sudo().browse(ids).exists()
        orders = {
            str(account.id) for account in accounts if account.root_plan_id == plan
        }
        result = {}
        for key, share in distribution.items():
            for part in orders.intersection(key.split(",")):
                result[part] = result.get(part, 0.0) + share
        return result

    def _get_distribution_without(self, distribution, account_ids):
        """Return an analytic distribution without these accounts; the rest stays."""
        taken = {str(account_id) for account_id in account_ids}
        result = {}
        for key, share in distribution.items():
            rest = ",".join(part for part in key.split(",") if part not in taken)
            if rest:
                result[rest] = result.get(rest, 0.0) + share
        return result

    def _check_service_distribution(self, distribution):
        """Refuse to move posted items between orders in a locked period.

        Core protects only the ledger there, not what it says about the orders.
        """
        posted = self.filtered(lambda line: line.parent_state == "posted")
        locked = posted._filter_attribution_locked() if posted else posted
        target = self._get_service_distribution(distribution) if locked else None
        for line in locked:
            if (
                line._get_service_distribution(line.analytic_distribution or {})
                != target
            ):
                raise UserError(
                    self.env._(
                        "%(line)s is in a locked period: its work order cannot be "
                        "changed. Post a correcting entry on an open date instead.",
                        line=line.display_name,
                    )
                )

    def _filter_attribution_locked(self):
        """Return the items whose work order may not be changed any more.

        The lock dates of the books say so; other modules may add periods of their own.
        """
        return self.filtered(
            lambda line: line.company_id._is_service_locked(line.date, line.journal_id)
        )
