from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class FieldServiceBillMatching(models.AbstractModel):
    """Bills of subcontractors: which visits they are for, and what was expected."""

    _name = "field.service.bill.matching"
    _description = "Matching of Subcontractors' Bills"

    service_open_work_count = fields.Integer(
        compute="_compute_service_open_work_count", groups="field_service.group_cost"
    )

    @api.depends(
        "partner_id",
        "company_id",
        "state",
        "move_type",
        "line_ids.service_subcontract_id",
    )
    def _compute_service_open_work_count(self):
        work = self.env["field.service.subcontract"]
        for move in self:
            waits = move.move_type == "in_invoice" and move.state == "draft"
            move.service_open_work_count = (
                work.search_count(
                    work._get_open_domain(move.partner_id, move.company_id)
                )
                if waits and move.partner_id
                else 0
            )

    @api.depends(
        "line_ids.service_subcontract_id",
        "line_ids.price_subtotal",
        "invoice_date",
        "currency_id",
    )
    def _compute_service_expected_amount(self):
        for move in self:
            lines = move.line_ids.filtered("service_subcontract_id")
            expected = sum(
                move._get_expected_amount(work) for work in lines.service_subcontract_id
            )
            billed = sum(lines.mapped("price_subtotal"))
            move.service_expected_amount = expected
            move.service_matched_amount = billed
            move.service_bill_difference = billed - expected

    def _get_expected_amount(self, work):
        """Return what is expected for subcontracted work, in the bill's currency."""
        return work.currency_id._convert(
            work.expected_amount,
            self.currency_id,
            work.company_id,
            self.invoice_date or fields.Date.context_today(self),
        )

    # --------------------------------------------------------------------- matching
    def action_match_visits(self):
        """Propose the vendor's visits that nobody has billed."""
        self.ensure_one()
        self._check_matchable()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Match Visits"),
            "res_model": "field.service.bill.wizard",
            "views": [(False, "form")],
            "target": "new",
            "context": {**self.env.context, "default_move_id": self.id},
        }

    def _check_matchable(self):
        if self.move_type != "in_invoice" or self.state != "draft":
            raise UserError(
                self.env._("Visits are matched with draft bills of vendors.")
            )

    def _match_subcontracts(self, lines):
        """Put subcontracted work on a draft bill.

        A line that the vendor's amount was entered in is taken, when it is what is
        expected for exactly this work; otherwise a line is added.
        """
        self.ensure_one()
        self._check_matchable()
        free = self.invoice_line_ids.filtered(
            lambda item: item.display_type == "product"
            and not item.service_subcontract_id
        )
        added = []
        for work in lines:
            item = free.filtered(lambda item, work=work: self._is_line_for(item, work))[
                :1
            ]
            if item:
                item.service_subcontract_id = work
                free -= item
            else:
                values = work._prepare_bill_line_values(self)
                values["service_subcontract_id"] = work.id
                added.append(Command.create(values))
        if added:
            self.write({"invoice_line_ids": added})

    def _is_line_for(self, item, work):
        """Tell whether a line is what is expected for work, and not another order's."""
        order = item.service_bill_order_id
        amount = self._get_expected_amount(work)
        return (
            order in (order.browse(), work.order_id)
            and not self.currency_id.is_zero(amount)
            and self.currency_id.compare_amounts(item.price_subtotal, amount) == 0
        )

    # ------------------------------------------------------------------- never twice
    def _post(self, soft=True):
        posted = super()._post(soft)
        bills = posted.filtered(lambda move: move.is_purchase_document(True))
        bills.line_ids.service_subcontract_id._check_billed_once()
        return posted

    def button_draft(self):
        """Refuse what another bill has taken over since this one was cancelled."""
        result = super().button_draft()
        self.line_ids.service_subcontract_id._check_billed_once()
        return result
