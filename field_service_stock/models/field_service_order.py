from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from odoo.addons.field_service.models.field_service_order_baseline import PlannedCost
from odoo.addons.field_service.models.field_service_order_gate import DEAD_STATES


class FieldServiceOrder(models.Model):
    _name = "field.service.order"
    _inherit = [
        "field.service.order.readiness",
        "field.service.order.parts",
        "field.service.order",
    ]

    part_ids = fields.One2many(
        comodel_name="field.service.part",
        inverse_name="order_id",
        string="Parts",
        compute="_compute_part_ids",
        store=True,
        readonly=False,
    )
    service_picking_ids = fields.One2many(
        comodel_name="stock.picking",
        inverse_name="service_order_id",
        string="Part Transfers",
    )
    service_move_ids = fields.One2many(
        comodel_name="stock.move",
        inverse_name="service_order_id",
        string="Part Moves",
    )
    part_count = fields.Integer(string="Number of Parts", compute="_compute_part_count")
    service_picking_count = fields.Integer(
        string="Transfers", compute="_compute_service_picking_count", compute_sudo=True
    )

    @api.depends("job_type_id")
    def _compute_part_ids(self):
        """Copy the job type's kit; what was added by hand or moved already stays."""
        for order in self:
            kit = order.job_type_id.part_ids
            obsolete = order.part_ids.filtered(
                lambda part, kit=kit: part.kit_line_id
                and part.kit_line_id not in kit
                and part.state == "draft"
            )
            missing = kit - order.part_ids.kit_line_id
            order.part_ids = [Command.delete(part.id) for part in obsolete] + [
                Command.create(line._prepare_part_values()) for line in missing
            ]

    @api.depends("part_ids")
    def _compute_part_count(self):
        for order in self:
            order.part_count = len(order.part_ids)

    @api.depends("service_picking_ids")
    def _compute_service_picking_count(self):
        counts = dict(
            self.env["stock.picking"]._read_group(
                [("service_order_id", "in", self.ids)],
                ["service_order_id"],
                ["__count"],
            )
        )
        for order in self:
            order.service_picking_count = counts.get(order._origin, 0)

    @api.ondelete(at_uninstall=False)
    def _unlink_if_no_part_used(self):
        for order in self:
            if any(part.used_qty for part in order.part_ids):
                raise UserError(
                    self.env._(
                        "Parts were used on work order %(order)s. Cancel it instead of "
                        "deleting it.",
                        order=order.name,
                    )
                )
        self._cancel_service_pickings()
        # Before the orders themselves: PostgreSQL may otherwise check a transfer made
        # in this transaction against a part that is gone already.
        self.part_ids.unlink()

    # ------------------------------------------------------------------- actions
    def action_reserve_parts(self):
        """Reserve the parts of the orders in vans and warehouses."""
        self.part_ids.check_access("write")
        self._reserve_parts()
        return True

    def action_use_parts(self):
        """Use all parts that are reserved."""
        self.part_ids.check_access("write")
        self._use_parts()
        return True

    def action_prepare_loads(self):
        """Prepare the load lists of whoever goes to these orders next."""
        visits = self.visit_ids.filtered(lambda visit: visit._is_open())
        return visits.technician_id._action_prepare_loads()

    def action_view_parts(self):
        """Open the parts of the order, where technicians add unplanned ones."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service_stock.field_service_part_action"
        )
        return {
            **action,
            "domain": [("order_id", "=", self.id)],
            "context": {"default_order_id": self.id, "hide_order": True},
        }

    def action_view_service_pickings(self):
        """Open the transfers of the orders' parts."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "stock.action_picking_tree_all"
        )
        return {
            **action,
            "domain": [("service_order_id", "in", self.ids)],
            "context": {},
        }

    def _reserve_parts(self):
        """Reserve what is planned and neither used nor marked as not needed."""
        self.part_ids.filtered(
            lambda part: part.state in ("draft", "waiting") and not part.cancelled
        )._reserve()

    def _use_parts(self):
        """Use what is still open on the orders' parts, one entry per company."""
        parts = self.part_ids.filtered(
            lambda part: part.state in ("waiting", "reserved")
        )
        if parts:
            parts.action_use()

    def _cancel_service_pickings(self):
        """Free what is reserved for the orders."""
        # A dispatcher cancels an order without any right on stock.
        pickings = self.sudo().service_picking_ids.filtered(
            lambda picking: picking.state not in ("done", "cancel")
        )
        if pickings:
            pickings.action_cancel()

    # --------------------------------------------------------------- transitions
    def _action_released(self):
        result = super()._action_released()
        self._reserve_parts()
        return result

    @api.model
    def _get_process_steps(self):
        return ["_process_parts", *super()._get_process_steps()]

    def _process_parts(self):
        """Free the parts of dead orders, post what used parts cost. Idempotent."""
        self.filtered(
            lambda order: order.state in DEAD_STATES
        )._cancel_service_pickings()
        moves = self.service_move_ids.filtered(lambda move: move.state == "done")
        moves._sync_posting()

    def _action_cannot_complete(self):
        """Free the parts of orders that are given up."""
        self._cancel_service_pickings()

    def _get_reasons_released(self):
        return super()._get_reasons_released() + self._get_reasons_part_accounts()

    def _get_reasons_part_accounts(self):
        """Say which accounts are missing before the technician is in the field."""
        parts = self.part_ids.filtered(lambda part: not part.cancelled)
        if not parts:
            return []
        company = self.company_id
        names = ["service_journal_id", "service_parts_account_id"]
        # Accounts of the products are not the business of whoever releases an order.
        products = parts.sudo().product_id.with_company(company)
        perpetual = products.filtered(lambda product: product._is_service_perpetual())
        if products - perpetual:
            names.append("service_parts_contra_account_id")
        return company._get_missing_service_settings(names) + [
            product._get_missing_valuation_message()
            for product in perpetual
            if not product._get_product_accounts()["stock_valuation"]
        ]

    # -------------------------------------------------------------------- baseline
    def _get_planned_parts(self):
        """Return [(part, quantity expected in the part's unit)].

        A part that is needed in one job of four counts for a quarter.
        """
        self.ensure_one()
        return [
            (part, part.quantity * part.probability)
            for part in self.part_ids
            if not part.cancelled and not part.customer_supplied
        ]

    def _get_planned_cost_lines(self):
        """Add the parts at what they cost now."""
        lines = super()._get_planned_cost_lines()
        for part, quantity in self._get_planned_parts():
            product = part.product_id.with_company(self.company_id)
            quantity = part.uom_id._compute_quantity(
                quantity, product.uom_id, round=False
            )
            lines.append(
                PlannedCost(
                    "parts",
                    quantity * product.standard_price,
                    part.display_name,
                    quantity,
                    product.id,
                )
            )
        return lines

    def _get_report_parts(self):
        """Show the customer what stayed with him: used minus returned."""
        return [
            {
                "key": [
                    part.product_id.id,
                    part.consumed_qty,
                    part.uom_id.id,
                    lots.ids,
                ],
                "name": part._get_report_name(),
                "serials": ", ".join(lots.mapped("name")),
                "quantity": self._format_report_number(part.consumed_qty),
                "unit": part.uom_id.name,
            }
            for part in self.part_ids
            if part.consumed_qty > 0
            for lots in [part._get_used_lots()]
        ]
