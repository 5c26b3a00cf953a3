from odoo import Command

from odoo.addons.field_service.tests.common import FieldServiceCommon


class FieldServiceStockCommon(FieldServiceCommon):
    """Vans with parts: company A values its stock perpetually, B periodically."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.inventory_valuation = "real_time"
        cls.company_b.inventory_valuation = "periodic"
        cls.van = cls.technician._create_service_location()
        cls.van_b = cls.technician_b._create_service_location()
        cls.suppliers = cls.env.ref("stock.stock_location_suppliers")

    # ----------------------------------------------------------------- factories
    @classmethod
    def _create_part_product(cls, name, company=None, cost_method="average", **values):
        """Create a storable product valued as its company does."""
        company = company or cls.company
        category = (
            cls.env["product.category"]
            .with_company(company)
            .create({"name": name, "property_cost_method": cost_method})
        )
        category.property_valuation = company.inventory_valuation
        return (
            cls.env["product.product"]
            .with_company(company)
            .create(
                {
                    "name": name,
                    "type": "consu",
                    "is_storable": True,
                    "categ_id": category.id,
                    "company_id": company.id,
                    "taxes_id": [Command.clear()],
                    **values,
                }
            )
        )

    @classmethod
    def _receive(cls, product, quantity, unit_cost, location=None, lot=None):
        """Bring parts into the van at a cost."""
        company = product.company_id or (location or cls.van).company_id
        location = location or (cls.van if company == cls.company else cls.van_b)
        moves = cls.env["stock.move"].with_company(company)
        move = moves.create(
            {
                "product_id": product.id,
                "product_uom": product.uom_id.id,
                "product_uom_qty": quantity,
                "location_id": cls.suppliers.id,
                "location_dest_id": location.id,
                "company_id": company.id,
                "picking_type_id": location.warehouse_id.in_type_id.id,
                "price_unit": unit_cost,
                "value_manual": unit_cost * quantity,
            }
        )
        move._action_confirm()
        if lot:
            values = {**move._prepare_move_line_vals(quantity), "lot_id": lot.id}
            move.move_line_ids = [Command.clear(), Command.create(values)]
        else:
            move.quantity = quantity
        move.picked = True
        move._action_done()
        return move

    @classmethod
    def _create_part(cls, order, product, quantity=1.0, **values):
        return cls.env["field.service.part"].create(
            {
                "order_id": order.id,
                "product_id": product.id,
                "quantity": quantity,
                "location_id": (
                    cls.van if order.company_id == cls.company else cls.van_b
                ).id,
                **values,
            }
        )

    @classmethod
    def _create_invoice(cls, order, product, quantity, price, distribute=True):
        """Invoice a product directly, without any sales order."""
        company = order.company_id
        line = {
            "product_id": product.id,
            "quantity": quantity,
            "price_unit": price,
            "tax_ids": [Command.clear()],
        }
        if distribute:
            line["analytic_distribution"] = order._get_analytic_distribution()
        invoice = (
            cls.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": cls.partner.id,
                    "invoice_date": "2026-03-10",
                    "company_id": company.id,
                    "invoice_line_ids": [Command.create(line)],
                }
            )
        )
        invoice.action_post()
        return invoice

    # ---------------------------------------------------------------- assertions
    def _get_part_items(self, part):
        """Return all journal items of the entries the part's moves made."""
        own = self.env["account.move.line"].search(
            [
                ("service_source_model", "=", "stock.move"),
                ("service_source_id", "in", part.move_ids.ids),
            ],
            order="id",
        )
        return own.move_id.line_ids.sorted("id")

    def _assert_items(self, items, expected):
        """Check (account, balance, order) line by line, in order of posting."""
        found = [
            (item.account_id, item.balance, item._get_service_orders())
            for item in items
        ]
        none = self.env["field.service.order"]
        self.assertEqual(
            found,
            [(account, balance, order or none) for account, balance, order in expected],
        )

    def _get_on_hand(self, product, location):
        """Return the quantity in a location, and how much of it is reserved."""
        quants = self.env["stock.quant"].search(
            [("product_id", "=", product.id), ("location_id", "=", location.id)]
        )
        return sum(quants.mapped("quantity")), sum(quants.mapped("reserved_quantity"))
