"""What the tests share that need modules of Odoo which the suite does not need.

They run where the story of ``story.py`` was played before those modules came: in its
two companies, one with perpetual and one with periodic valuation.
"""

from decimal import Decimal

from odoo import Command
from odoo.tests import TransactionCase

from .. import oracle, story

FIGURES = ("revenue", *story.COST_KINDS)
MODULES = ("purchase_stock", "stock_picking_batch", "stock_landed_costs")


class CompanionCommon(TransactionCase):
    """Aurora values its stock perpetually, Boreal periodically."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        companies = cls.env["res.company"].search(
            [("name", "in", (story.COMPANY_A, story.COMPANY_B))], order="name"
        )
        installed = cls.env["ir.module.module"]._installed()
        if len(companies) != 2 or not installed.keys() >= set(MODULES):
            raise AssertionError("Run these tests with: setup/test tests/companions")
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.aurora, cls.boreal = cls.settings = [
            cls._find_setting(company) for company in companies
        ]
        cls.vendor = cls.env["res.partner"].create({"name": "Vendor"})

    @classmethod
    def _find_setting(cls, company):
        env = cls.env["base"].with_company(company).env
        own = [("company_id", "=", company.id)]
        return story.Setting(
            env,
            company.with_env(env),
            env["res.partner"].create({"name": "Customer"}),
            env["field.service.job.type"].search(own, limit=1),
            env["hr.employee"].search([*own, ("service_location_id", "!=", False)]),
            None,
        )

    # ----------------------------------------------------------------- factories
    @classmethod
    def _get_van(cls, setting):
        return setting.technician.service_location_id

    @classmethod
    def _get_warehouse(cls, setting):
        return cls._get_van(setting).warehouse_id

    @classmethod
    def _create_part(cls, setting, name="Seal", **values):
        """Create a storable part at average cost, valued as the company does."""
        product = story.create_part(setting.env, setting.company, name)
        product.write(values)
        return product

    @classmethod
    def _create_bought(cls, setting, name="Seal", price=12.0, route=None):
        """Create a part that a rule buys from the vendor in five days."""
        route = route or cls.env.ref("purchase_stock.route_warehouse0_buy")
        seller = {
            "partner_id": cls.vendor.id,
            "price": price,
            "delay": 5,
            "company_id": setting.company.id,
        }
        return cls._create_part(
            setting,
            name,
            route_ids=[Command.set(route.ids)],
            seller_ids=[Command.create(seller)],
        )

    @classmethod
    def _receive(cls, setting, product, quantity, price=10.0, location=None):
        """Bring parts to a place, by default into the warehouse's stock."""
        location = location or cls._get_warehouse(setting).lot_stock_id
        purchase = cls._create_purchase(setting, product, quantity, price)
        purchase.button_confirm()
        picking = purchase.picking_ids
        picking.move_ids.location_dest_id = location
        cls._validate(picking)
        return purchase

    @classmethod
    def _create_purchase(cls, setting, product, quantity, price, **values):
        """Create a purchase of one line, in the company's currency, without tax."""
        line = {"product_id": product.id, "product_qty": quantity, "price_unit": price}
        line["tax_ids"] = [Command.clear()]
        return setting.env["purchase.order"].create(
            {
                "partner_id": cls.vendor.id,
                "company_id": setting.company.id,
                "currency_id": setting.company.currency_id.id,
                "order_line": [Command.create({**line, **values})],
            }
        )

    @classmethod
    def _demand(cls, setting, product, quantity, location=None):
        """Release an order with one mandatory part.

        :param location: where it is taken from: by default the van, False for where
            the suite takes it from when there is no technician yet
        """
        order = setting.env["field.service.order"].create(
            {
                "company_id": setting.company.id,
                "partner_id": setting.customer.id,
                "job_type_id": setting.job_type.id,
            }
        )
        values = {
            "order_id": order.id,
            "product_id": product.id,
            "quantity": quantity,
            "mandatory": True,
        }
        if location is not False:
            values["location_id"] = (location or cls._get_van(setting)).id
        part = setting.env["field.service.part"].create(values)
        order.action_release()
        return order, part

    # ------------------------------------------------------------------ daily work
    @classmethod
    def _validate(cls, pickings):
        """Do what is ready, as the Validate button does; the rest is for later."""
        pickings = pickings.with_company(pickings.company_id)
        pickings.action_assign()
        cls._pick(pickings.move_ids.filtered(lambda move: move.state == "assigned"))
        pickings.with_context(skip_backorder=True).button_validate()

    @classmethod
    def _pick(cls, moves):
        for move in moves:
            move.quantity = move.product_uom_qty
            move.picked = True

    @classmethod
    def _bill(cls, purchase):
        """Enter and post the vendor's bill of what was received."""
        purchase.action_create_invoice()
        bill = purchase.invoice_ids[-1:]
        bill.invoice_date = story.first_day().date()
        bill.action_post()
        return bill

    def _get_purchase_line(self, product):
        return self.env["purchase.order.line"].search([("product_id", "=", product.id)])

    def _get_moves(self, product, **values):
        """Return the stock moves of a product with these values."""
        return self.env["stock.move"].search(
            [("product_id", "=", product.id)]
            + [(name, "=", value) for name, value in values.items()],
            order="id",
        )

    def _do_all_steps(self, product):
        """Validate what is ready, step by step, up to the customer's door."""
        steps = []
        while moves := self._get_moves(product, state="assigned").filtered(
            lambda move: move.location_dest_id.usage != "customer"
        ):
            self.assertLess(len(steps), 6)
            steps.append(moves.picking_type_id.code)
            self._validate(moves.picking_id)
        return steps

    # ---------------------------------------------------------------- assertions
    def _assert_figures(self, order, **expected):
        """Check what the ledger says about an order, also by an independent sum."""
        self.env.flush_all()
        expected = {name: Decimal(amount) for name, amount in expected.items()}
        profit = order._get_posted_profit()[order]
        independent = oracle.figures_by_order(self.env, order.company_id)
        for figures in profit, independent.get(order, {}):
            found = {name: figures.get(name, 0) for name in FIGURES}
            found = {name: amount for name, amount in found.items() if amount}
            self.assertEqual(found, expected)

    def _check_books(self):
        """Difference 0.00 and nothing for the integrity list, in both companies."""
        self.env.flush_all()
        for setting in self.settings:
            totals = self.env["field.service.reconciliation"]._get_totals(
                setting.company
            )
            self.assertEqual(totals["unexplained"], 0.0)
            self.assertEqual(totals["rows_with_difference"], 0)
            findings = self.env["field.service.integrity"].search(
                [("company_id", "=", setting.company.id)]
            )
            self.assertFalse(findings.mapped("kind"))
            independent = oracle.reconcile(self.env, setting.company)
            self.assertEqual(independent["unexplained"], 0)
