"""Batches, packages, steps of receipt and delivery, warehouses, landed costs."""

from odoo import Command
from odoo.tests import tagged

from .. import story
from .common import CompanionCommon


@tagged("standard", "post_install", "-at_install")
class TestStock(CompanionCommon):
    # -------------------------------------------------------------------- batches
    def test_a_batch_of_loadings_and_a_batch_of_uses(self):
        """Two orders, 2 and 3 seals: each costs its own, once, at 10.00 each."""
        seal = self._create_part(self.aurora)
        self._receive(self.aurora, seal, 5.0)
        demands = [self._demand(self.aurora, seal, quantity) for quantity in (2.0, 3.0)]
        parts = demands[0][1] + demands[1][1]
        loading = parts._get_supply_moves().picking_id
        self.assertEqual(len(loading), 2)
        self._do_in_batch(loading)
        self.assertEqual(parts.mapped("readiness"), ["ready", "ready"])
        uses = parts._get_open_moves()
        before = self.env["account.move"].search_count([])
        self._do_in_batch(uses.picking_id)
        self.assertEqual(parts.mapped("state"), ["used", "used"])
        # One entry for the batch, not one per transfer.
        self.assertEqual(self.env["account.move"].search_count([]) - before, 1)
        for (order, _part), cost in zip(demands, (20, 30), strict=True):
            self._assert_figures(order, parts=cost)
        self._check_books()

    def _do_in_batch(self, pickings):
        batch = self.aurora.env["stock.picking.batch"].create(
            {
                "company_id": self.aurora.company.id,
                "picking_type_id": pickings.picking_type_id.id,
                "picking_ids": [Command.set(pickings.ids)],
            }
        )
        batch.action_confirm()
        batch.action_assign()
        self._pick(batch.move_ids)
        batch.action_done()
        self.assertEqual(batch.state, "done")

    # ------------------------------------------------------------------- packages
    def test_a_package_is_loaded_and_used_from(self):
        """A package of five goes to the van whole; two of it are used, one returns."""
        seal = self._create_part(self.aurora)
        self._receive(self.aurora, seal, 5.0)
        package = self.env["stock.package"].create({"name": "BOX-1"})
        quants = self.aurora.env["stock.quant"]
        stock = self._get_warehouse(self.aurora).lot_stock_id
        quants._gather(seal, stock).move_quants(package_dest_id=package)
        order, part = self._demand(self.aurora, seal, 5.0)
        loading = part._get_supply_moves().picking_id
        self.assertEqual(loading.move_line_ids.package_id, package)
        loading.move_line_ids.result_package_id = package
        self._validate(loading)
        van = self._get_van(self.aurora)
        self.assertEqual(package.location_id, van)
        self.assertEqual(part.state, "reserved")
        part.action_use(2.0)
        self._assert_figures(order, parts=20)
        self.assertEqual(package.quant_ids.filtered("quantity").mapped("quantity"), [3])
        part.action_return(1.0)
        self._assert_figures(order, parts=10)
        self.assertEqual(quants._get_available_quantity(seal, van), 4.0)
        self._check_books()

    # ----------------------------------------------------------------- warehouses
    def test_steps_of_the_receipt_on_the_way_to_the_van(self):
        """Input, quality control, stock, van: one transfer after the other."""
        expected = {
            "two_steps": ["internal", "internal"],
            "three_steps": ["internal", "internal", "internal"],
        }
        warehouse = self._get_warehouse(self.aurora)
        for steps, transfers in expected.items():
            with self.subTest(steps=steps):
                warehouse.reception_steps = steps
                seal = self._create_bought(self.aurora)
                order, part = self._demand(self.aurora, seal, 2.0)
                self.assertEqual(order.readiness, "purchase")
                purchase = self._get_purchase_line(seal).order_id
                purchase.button_confirm()
                self._validate(purchase.picking_ids)
                self.assertEqual(order.readiness, "transfer")
                self.assertEqual(self._do_all_steps(seal), transfers)
                self.assertEqual(order.readiness, "ready")
                part.action_use()
                self._assert_figures(order, parts=24)
                self._check_books()
                self._assert_figures(order, parts=24)
                self._check_books()

    def test_steps_of_the_delivery_up_to_the_order(self):
        """Pick (and pack) to the output: from stock what is there, the rest bought.

        Of three, one is there; two are bought at 12.00: (10 + 24) / 3 = 11.33 each.
        """
        expected = {
            "pick_ship": ["internal"],
            "pick_pack_ship": ["internal", "internal"],
        }
        warehouse = self._get_warehouse(self.aurora)
        for steps, transfers in expected.items():
            with self.subTest(steps=steps):
                warehouse.delivery_steps = steps
                seal = self._create_bought(self.aurora)
                self._receive(self.aurora, seal, 1.0)
                received = self._get_purchase_line(seal)
                order, part = self._demand(self.aurora, seal, 3.0, False)
                self.assertEqual(part.location_id, warehouse.wh_output_stock_loc_id)
                self.assertEqual(order.readiness, "purchase")
                self.assertEqual(self._do_all_steps(seal), transfers)
                self.assertEqual(order.readiness, "purchase")
                line = self._get_purchase_line(seal) - received
                line.order_id.button_confirm()
                self.assertEqual(self._do_all_steps(seal), ["incoming", *transfers])
                self.assertEqual((part.state, order.readiness), ("reserved", "ready"))
                part.action_use()
                self._assert_figures(order, parts=34)
                self._check_books()

    def test_a_van_is_supplied_from_its_own_warehouse(self):
        """What is in another warehouse comes only if a route of Odoo says so."""
        warehouse = self._get_warehouse(self.aurora)
        north = self.aurora.env["stock.warehouse"].create(
            {"name": "North", "code": "NORTH", "company_id": self.aurora.company.id}
        )
        van = self.aurora.env["stock.location"].create(
            {
                "name": "Van North",
                "usage": "internal",
                "location_id": north.view_location_id.id,
                "company_id": self.aurora.company.id,
            }
        )
        seal = self._create_part(self.aurora)
        self._receive(self.aurora, seal, 2.0)
        seal.seller_ids.unlink()
        order, part = self._demand(self.aurora, seal, 2.0, van)
        self.assertEqual((part.readiness, part.reserved_qty), ("missing", 0.0))
        order.action_cancel()
        north.resupply_wh_ids = warehouse
        seal.route_ids = north.resupply_route_ids
        order, part = self._demand(self.aurora, seal, 2.0, van)
        self.assertEqual(part.readiness, "transfer")
        self.assertEqual(len(self._do_all_steps(seal)), 3)
        self.assertEqual((part.state, part.readiness), ("reserved", "ready"))
        part.action_use()
        self._assert_figures(order, parts=20)
        self._check_books()

    # --------------------------------------------------------------- landed costs
    def test_landed_costs_after_the_use(self):
        """Ten at 10.00 and 40.00 freight: from then on a seal costs 14.00."""
        seal = self._create_part(self.aurora)
        purchase = self._receive(self.aurora, seal, 10.0, 10.0)
        self._bill(purchase)
        stock = self._get_warehouse(self.aurora).lot_stock_id
        early, part = self._demand(self.aurora, seal, 2.0, stock)
        part.action_use()
        self._assert_figures(early, parts=20)
        self._land(purchase.picking_ids, 40.0)
        late, later_part = self._demand(self.aurora, seal, 2.0, stock)
        later_part.action_use()
        self._assert_figures(late, parts=28)
        # Whatever the earlier use is worth now, the ledger says the same.
        self._assert_figures(early, parts=f"{part.move_ids.value:.2f}")
        self._check_books()

    def _land(self, pickings, amount):
        freight = story.create_service(self.aurora, "Freight", 0.0)
        freight.landed_cost_ok = True
        line = {
            "name": "Freight",
            "product_id": freight.id,
            "price_unit": amount,
            "split_method": "equal",
        }
        cost = self.aurora.env["stock.landed.cost"].create(
            {
                "company_id": self.aurora.company.id,
                "picking_ids": [Command.set(pickings.ids)],
                "account_journal_id": self.aurora.company.service_journal_id.id,
                "cost_lines": [Command.create(line)],
            }
        )
        cost.button_validate()
        return cost
