from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class FieldServiceFeeWizard(models.TransientModel):
    """Shows which fees are due, what is in the way, and bills the chosen ones."""

    _name = "field.service.fee.wizard"
    _description = "Bill Fees of Agreements"

    date = fields.Date(
        string="Due Until",
        required=True,
        default=lambda self: fields.Date.context_today(self),
    )
    agreement_ids = fields.Many2many(
        comodel_name="field.service.agreement",
        string="Agreements",
        help="Empty: all agreements.",
    )
    line_ids = fields.One2many(
        comodel_name="field.service.fee.wizard.line",
        inverse_name="wizard_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )

    @api.model
    def default_get(self, fields):
        """Begin with the agreements that were chosen in the list."""
        values = super().default_get(fields)
        if self.env.context.get("active_model") == "field.service.agreement":
            chosen = self.env.context.get("active_ids", [])
            values.setdefault("agreement_ids", [Command.set(chosen)])
        return values

    @api.depends("date", "agreement_ids")
    def _compute_line_ids(self):
        for wizard in self:
            lines = [Command.clear()]
            for agreement in wizard._get_agreements():
                lines += [
                    Command.create(values)
                    for values in wizard._prepare_line_values(agreement)
                ]
            wizard.line_ids = lines

    def _get_agreements(self):
        """Return the agreements that are looked at."""
        if not self.date:
            return self.env["field.service.agreement"]
        domain = [
            ("state", "in", ("active", "ended")),
            ("company_id", "in", self.env.companies.ids),
            ("fee_ids", "any", [("next_date", "<=", self.date)]),
        ]
        if self.agreement_ids:
            domain.append(("id", "in", self.agreement_ids._origin.ids))
        return self.env["field.service.agreement"].search(domain, order="id")

    def _prepare_line_values(self, agreement):
        """Return the values of the preview lines of one agreement."""
        agreement = agreement.with_company(agreement.company_id)
        values = []
        for due in agreement._get_dues(self.date):
            issue = "\n".join(agreement._get_fee_issues([due]))
            price = due.fee._get_period_price(due)
            values.append(
                {
                    "is_selected": not issue,
                    "fee_id": due.fee.id,
                    "agreement_id": agreement.id,
                    "date_from": due.start,
                    "date_to": due.stop,
                    "quantity": due.fee.quantity,
                    "price_unit": price,
                    "amount": agreement.currency_id.round(price * due.fee.quantity),
                    "issue": issue,
                }
            )
        return values

    def action_bill(self):
        """Make the invoices of the chosen periods and show them.

        Each agreement stands for itself: what cannot be billed leaves the others
        alone and is noted on its agreement.
        """
        self.ensure_one()
        lines = self.line_ids.filtered("is_selected")
        moves, errors = self.env["account.move"], []
        for agreement, chosen in lines.grouped("agreement_id").items():
            agreement = agreement.with_company(agreement.company_id)
            wanted = {(line.fee_id.id, line.date_from) for line in chosen}
            made = []
            error = agreement._attempt(
                lambda agreement=agreement, wanted=wanted, made=made: made.append(
                    agreement._bill_fees(self.date, wanted)
                )
            )
            if error:
                errors.append(error)
                continue
            moves = moves.union(*made)
            agreement._note_fee_error(None)
        if not moves:
            errors = errors or [self.env._("Nothing is chosen that is due.")]
            raise UserError("\n".join(errors))
        action = moves._get_records_action(name=self.env._("Invoices"))
        if not errors:
            return action
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "message": "\n".join([self.env._("Not billed:"), *errors]),
                "next": action,
            },
        }
