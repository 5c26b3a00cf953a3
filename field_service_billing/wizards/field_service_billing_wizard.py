from collections import defaultdict

from odoo import Command, api, fields, models
from odoo.tools import format_amount


class FieldServiceBillingWizard(models.TransientModel):
    """Shows what a billing run would make before it is done, and what it made."""

    _name = "field.service.billing.wizard"
    _description = "Billing Run"

    order_ids = fields.Many2many(
        comodel_name="field.service.order", string="Work Orders", readonly=True
    )
    state = fields.Selection(
        selection=[("preview", "Preview"), ("done", "Done")],
        default="preview",
        readonly=True,
    )
    line_ids = fields.One2many(
        comodel_name="field.service.billing.wizard.line",
        inverse_name="wizard_id",
        readonly=True,
    )
    left_out_ids = fields.One2many(
        comodel_name="field.service.billing.wizard.left.out",
        inverse_name="wizard_id",
        string="Left out",
        readonly=True,
    )
    invoice_ids = fields.Many2many(
        comodel_name="account.move", string="Invoices", readonly=True
    )
    invoice_count = fields.Integer(compute="_compute_summary")
    total = fields.Char(string="Before Tax", compute="_compute_summary")
    summary = fields.Char(compute="_compute_summary")

    @api.depends("state", "line_ids.amount", "invoice_ids")
    def _compute_summary(self):
        for wizard in self:
            done = wizard.state == "done"
            wizard.total = wizard._get_total()
            wizard.invoice_count = len(wizard.invoice_ids if done else wizard.line_ids)
            values = {"number": wizard.invoice_count, "total": wizard.total}
            if done:
                wizard.summary = self.env._(
                    "Invoices made: %(number)s. What was left out stands below, with "
                    "its reason.",
                    **values,
                )
            elif wizard.line_ids:
                wizard.summary = self.env._(
                    "Invoices: %(number)s. Before tax: %(total)s.", **values
                )
            else:
                wizard.summary = self.env._("Nothing can be billed now.")

    def _get_total(self):
        """Return what the invoices add up to before tax, per currency."""
        totals = defaultdict(float)
        for line in self.line_ids:
            totals[line.currency_id] += line.amount
        return " + ".join(
            format_amount(self.env, totals[currency], currency) for currency in totals
        )

    @api.model
    def _create_for(self, orders):
        """Create a preview of billing some work orders."""
        plan = orders._plan_billing()
        return self.create(
            {
                "order_ids": [Command.set(orders.ids)],
                "line_ids": [
                    Command.create(
                        {
                            "partner_id": group.partner.id,
                            "policy_id": group.policy.id,
                            "currency_id": group.currency.id,
                            "order_ids": [Command.set(group.orders.ids)],
                            "amount": group.amount,
                        }
                    )
                    for group in plan.groups
                ],
                "left_out_ids": self._prepare_left_out(plan.left_out),
            }
        )

    @api.model
    def _prepare_left_out(self, left_out):
        return [Command.clear()] + [
            Command.create({"order_id": order.id, "reason": "\n".join(reasons)})
            for order, reasons in left_out.items()
        ]

    @api.model
    def action_open_due(self):
        """Show what the customers' policies bill today."""
        return self.env["field.service.order"]._get_due_orders().action_open_billing()

    def action_bill(self):
        """Bill what was shown, by the same plan, and show what came of it."""
        self.ensure_one()
        result = self.order_ids._run_billing()
        if not result.left_out and result.invoices:
            return self._open_invoices(result.invoices)
        self.write(
            {
                "state": "done",
                "invoice_ids": [Command.set(result.invoices.ids)],
                "left_out_ids": self._prepare_left_out(result.left_out),
            }
        )
        return self._get_records_action(
            name=self.env._("Bill Work Orders"), target="new"
        )

    def action_view_invoices(self):
        """Open the invoices that were made."""
        return self._open_invoices(self.invoice_ids)

    def _open_invoices(self, invoices):
        return invoices._get_records_action(name=self.env._("Invoices"))


class FieldServiceBillingWizardLine(models.TransientModel):
    """One invoice that a run would make."""

    _name = "field.service.billing.wizard.line"
    _description = "Invoice of a Billing Run"

    wizard_id = fields.Many2one(
        comodel_name="field.service.billing.wizard", required=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(comodel_name="res.partner", string="Customer")
    policy_id = fields.Many2one(comodel_name="field.service.billing.policy")
    order_ids = fields.Many2many(
        comodel_name="field.service.order", string="Work Orders"
    )
    currency_id = fields.Many2one(comodel_name="res.currency")
    amount = fields.Monetary(string="Before Tax")


class FieldServiceBillingWizardLeftOut(models.TransientModel):
    """A work order that a run leaves out, and why."""

    _name = "field.service.billing.wizard.left.out"
    _description = "Left out of a Billing Run"

    wizard_id = fields.Many2one(
        comodel_name="field.service.billing.wizard", required=True, ondelete="cascade"
    )
    order_id = fields.Many2one(comodel_name="field.service.order", string="Work Order")
    reason = fields.Text()
