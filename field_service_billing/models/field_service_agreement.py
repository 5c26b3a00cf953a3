from odoo import api, fields, models

from .field_service_company_accruals import SHARE_METHODS
from .field_service_job_type import PRICE_GROUPS


class FieldServiceAgreement(models.Model):
    _name = "field.service.agreement"
    _inherit = [
        "field.service.agreement.billing",
        "field.service.fee.check",
        "field.service.agreement.indexation",
        "field.service.agreement.renewal",
        "field.service.agreement",
    ]

    currency_id = fields.Many2one(
        comodel_name="res.currency",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
        help="Of the amounts that were agreed.",
    )
    pricing_id = fields.Many2one(
        comodel_name="field.service.pricing",
        string="Pricing Terms",
        index="btree_not_null",
        check_company=True,
        groups=PRICE_GROUPS,
        help="For what the agreement does not include, instead of the customer's own.",
    )
    coverage_ids = fields.One2many(
        comodel_name="field.service.agreement.coverage",
        inverse_name="agreement_id",
        copy=True,
    )

    billing_policy_id = fields.Many2one(
        comodel_name="field.service.billing.policy",
        index="btree_not_null",
        check_company=True,
        help="When and on how many invoices its work is billed. Empty: as the "
        "customer's.",
    )
    share_method = fields.Selection(
        selection=[("none", "Not at all"), *SHARE_METHODS],
        string="Share Revenue by",
        groups=PRICE_GROUPS,
        help="How its fee is shared to the work orders it covered at the end of a "
        "period. Empty: as the company does.",
    )

    @api.depends("company_id")
    def _compute_currency_id(self):
        for agreement in self:
            if not agreement.currency_id:
                agreement.currency_id = agreement.company_id.currency_id

    def copy_data(self, default=None):
        """Copy what one may write oneself: who may not see prices copies none."""
        self.check_access("read")
        hidden = {
            name
            for name, field in self._fields.items()
            if not self._has_field_access(field, "write")
        }
        # Core reads every field; what the user may not see is left out.
        vals_list = [
            {name: value for name, value in values.items() if name not in hidden}
            for values in super(FieldServiceAgreement, self.sudo()).copy_data(default)
        ]
        if "fee_ids" in hidden:
            return vals_list
        for agreement, values in zip(self, vals_list, strict=True):
            values.setdefault("fee_ids", agreement.fee_ids._get_copies())
        return vals_list

    def _has_terms(self):
        """An agreement may cover what comes, without anything that recurs."""
        return super()._has_terms() or bool(self.coverage_ids)

    def _is_in_force(self, day):
        """Tell whether the agreement pays for work on a day; both ends count."""
        self.ensure_one()
        # The day on which it was suspended is the first without it.
        suspended = (
            self.state == "suspended"
            and self.suspended_on
            and self.suspended_on.date() <= day
        )
        return (
            self.state in ("active", "suspended", "ended")
            and not suspended
            and self.date_start <= day
            and (not self.date_end or day <= self.date_end)
        )

    def _get_share_method(self, default):
        """Return how the fee is shared; ``none``: it stays on the agreement."""
        self.ensure_one()
        return self.share_method or default or "none"

    def action_view_visits(self):
        """Open what was owed and done, by month."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service_billing.field_service_agreement_visit_report_action"
        )
        return {**action, "domain": [("agreement_id", "in", self.ids)]}
