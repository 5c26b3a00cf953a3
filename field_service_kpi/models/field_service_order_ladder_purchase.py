from odoo import models


class FieldServiceOrderLadderPurchase(models.AbstractModel):
    """Confirmed purchases on the ladder, as far as they are not billed.

    Purchases are those of ``purchase``, on which the suite does not depend. What comes
    into stock costs its order when it is used, and is there as a part.
    """

    _name = "field.service.order.ladder.purchase"
    _description = "Purchases on the Margin Ladder"

    def _get_ladder_items(self):
        items = super()._get_ladder_items()
        if "purchase.order.line" not in self.env:
            return items
        accounts = {
            str(order.analytic_account_id.id): order
            for order in self
            if order.analytic_account_id
        }
        if not accounts:
            return items
        lines = self.env["purchase.order.line"].search(
            [
                ("order_id.state", "in", ("purchase", "done")),
                ("display_type", "=", False),
                ("analytic_distribution", "in", [int(key) for key in accounts]),
            ],
            order="order_id, id",
        )
        bought = []
        for line in lines:
            for key, percent in (line.analytic_distribution or {}).items():
                for part in key.split(","):
                    if part in accounts:
                        bought += accounts[part]._get_purchase_items(line, percent)
        # Who has a purchase order for his work is not owed for it a second time.
        ordered = {
            (item.order, item.source.partner_id.commercial_partner_id)
            for item in bought
            if item.kind == "subcontract"
        }
        return [
            item
            for item in items
            if item.kind != "subcontract"
            or item.rung == "baseline"
            or not any(
                (item.order, vendor) in ordered for vendor in item.source._get_vendor()
            )
        ] + bought

    def _get_purchase_items(self, line, percent):
        """Return what of a purchase line is still to be billed: received, or not."""
        item = self.env["account.move.line"].new(
            {"product_id": line.product_id.id, "purchase_line_id": line.id}
        )
        if item._get_doubled_orders(self):
            return []
        received = max(line.qty_received, line.qty_invoiced)
        price = line.currency_id._convert(
            line.price_subtotal / line.product_qty if line.product_qty else 0.0,
            self.currency_id,
            self.company_id,
            line.order_id.date_order,
            round=False,
        )
        kind = "subcontract" if line.product_id.type == "service" else "parts"
        quantities = {
            "accrued": received - line.qty_invoiced,
            "committed": max(line.product_qty - received, 0.0),
        }
        return [
            one
            for rung, quantity in quantities.items()
            for one in self._prepare_ladder_item(
                rung,
                kind,
                quantity * price * percent / 100.0,
                f"{line.order_id.name}: {(line.name or '').splitlines()[0]}",
                quantity,
                line,
            )
        ]


class FieldServiceSubcontract(models.Model):
    _inherit = "field.service.subcontract"

    def _get_vendor(self):
        """Return the company that does the work."""
        return self.vendor_id.commercial_partner_id
