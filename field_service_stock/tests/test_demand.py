from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import FieldServiceStockCommon


@tagged("post_install", "-at_install")
class TestDemand(FieldServiceStockCommon):
    """Who asks for a part, who brings it, and what may be used instead."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seal = cls._create_part_product("Seal")
        cls.spare = cls._create_part_product("Spare Seal")
        cls.other = cls._create_part_product("Other Seal")
        cls.seal.service_substitute_ids = cls.other | cls.spare
        cls.dozen = cls.env.ref("uom.product_uom_dozen")

    # ---------------------------------------------------------------------- source
    def test_source_of_the_demand(self):
        job_type = self.job_type.copy(
            {
                "company_id": self.company.id,
                "part_ids": [Command.create({"product_id": self.seal.id})],
            }
        )
        order = self._create_order(job_type_id=job_type.id)
        self.assertEqual(order.part_ids.source, "kit")
        finding = self.env["field.service.finding"].create(
            {
                "name": "Leak",
                "order_id": order.id,
                "part_ids": [
                    Command.create({"order_id": order.id, "product_id": self.spare.id})
                ],
            }
        )
        self.assertEqual(finding.part_ids.source, "finding")
        parts = self.env["field.service.part"]
        values = {"order_id": order.id, "product_id": self.other.id}
        self._create_visit(order)
        for user, source in (
            (self.dispatcher, "dispatcher"),
            (self.user_technician, "technician"),
        ):
            self.assertEqual(parts.with_user(user).create(values).source, source)

    def test_finding_of_another_order(self):
        finding = self.env["field.service.finding"].create(
            {"name": "Leak", "order_id": self._create_order().id}
        )
        with self.assertRaisesRegex(ValidationError, "belongs to another work order"):
            self._create_part(self._create_order(), self.seal, finding_id=finding.id)

    # ------------------------------------------------------------------- bad input
    def test_part_of_another_company(self):
        foreign = self._create_part_product("Foreign", company=self.company_b)
        with self.assertRaises(UserError):
            self._create_part(self._create_order(), foreign)
        with self.assertRaises(UserError):
            self.seal.service_substitute_ids = foreign

    def test_unit_that_does_not_convert(self):
        with self.assertRaisesRegex(ValidationError, "cannot be converted"):
            self._create_part(
                self._create_order(),
                self.seal,
                uom_id=self.env.ref("uom.product_uom_hour").id,
            )

    # ----------------------------------------------------------- customer's parts
    def test_part_of_the_customer_is_no_matter_of_our_stock(self):
        self._receive(self.seal, 5.0, 10.0)
        order = self._create_order(release=False)
        part = self._create_part(
            order, self.seal, 2.0, mandatory=True, customer_supplied=True
        )
        order.action_release()
        self.assertFalse(order.service_move_ids)
        self.assertEqual(part.readiness, "missing")
        self.assertEqual(order.readiness, "missing")
        self.assertEqual(order.baseline_cost, 0.0)
        visit = self._create_visit(order)
        visit.parts_override_reason_id = self.env.ref(
            "field_service.field_service_reason_override_urgent"
        )
        self._work(visit, 1.0)
        with self.assertRaisesRegex(ValidationError, "Seal"):
            order.action_done()
        part.with_user(self.user_technician).action_on_site()
        self.assertEqual(order.readiness, "ready")
        order.action_done()
        self.assertEqual(order.state, "done")
        self.assertFalse(part.move_ids)
        self.assertEqual(self._get_on_hand(self.seal, self.van), (5.0, 0.0))

    def test_our_part_is_not_of_the_customer(self):
        part = self._create_part(self._create_order(), self.seal)
        with self.assertRaisesRegex(UserError, "not provided by the customer"):
            part.action_on_site()

    def test_customer_brings_what_was_reserved(self):
        self._receive(self.seal, 5.0, 10.0)
        order = self._create_order(release=False)
        part = self._create_part(order, self.seal, 2.0)
        order.action_release()
        self.assertEqual(self._get_on_hand(self.seal, self.van), (5.0, 2.0))
        part.customer_supplied = True
        self.assertEqual(self._get_on_hand(self.seal, self.van), (5.0, 0.0))

    def test_used_part_is_not_of_the_customer(self):
        self._receive(self.seal, 5.0, 10.0)
        part = self._create_part(self._create_order(), self.seal, 1.0)
        part.action_use()
        with self.assertRaisesRegex(ValidationError, "return it before"):
            part.customer_supplied = True

    # ----------------------------------------------------------------- consumables
    def test_consumables_are_always_ready(self):
        grease = self._create_part_product("Grease", is_storable=False)
        order = self._create_order(release=False)
        part = self._create_part(order, grease, 3.0, mandatory=True)
        self.assertEqual(part.readiness, "ready")
        order.action_release()
        self.assertEqual(order.readiness, "ready")
        self.assertEqual(len(order.service_picking_ids), 1)
        part.action_use()
        self.assertEqual(part.used_qty, 3.0)

    # ----------------------------------------------------------------- substitutes
    def test_substitute_is_one_click(self):
        self._receive(self.spare, 4.0, 10.0)
        self._receive(
            self.other, 9.0, 10.0, location=self.van.warehouse_id.lot_stock_id
        )
        order = self._create_order(release=False)
        part = self._create_part(order, self.seal, 2.0, mandatory=True)
        order.action_release()
        self.assertEqual(order.readiness, "missing")
        self._create_visit(order)
        mine = part.with_user(self.user_technician)
        self.assertTrue(mine.has_substitute)
        mine.action_substitute()
        # The one in the van is nearer than the one in the warehouse.
        self.assertEqual(part.product_id, self.spare)
        self.assertEqual(part.original_product_id, self.seal)
        self.assertEqual(part.reserved_qty, 2.0)
        self.assertEqual(order.readiness, "ready")
        open_moves = order.service_move_ids.filtered(
            lambda move: move.state != "cancel"
        )
        self.assertEqual(open_moves.product_id, self.spare)

    def test_substitute_converts_the_quantity(self):
        boxed = self._create_part_product("Boxed", uom_id=self.dozen.id)
        self.seal.service_substitute_ids = boxed
        part = self._create_part(self._create_order(), self.seal, 24.0)
        part.action_substitute()
        self.assertEqual((part.quantity, part.uom_id), (2.0, self.dozen))

    def test_substitute_of_another_kind_of_unit(self):
        metre = self.env.ref("uom.product_uom_meter")
        self.seal.service_substitute_ids = self._create_part_product(
            "By Metre", uom_id=metre.id
        )
        part = self._create_part(self._create_order(), self.seal)
        with self.assertRaisesRegex(UserError, "cannot be converted"):
            part.action_substitute()

    def test_no_substitute(self):
        part = self._create_part(self._create_order(), self.spare)
        self.assertFalse(part.has_substitute)
        with self.assertRaisesRegex(UserError, "No product may be used instead"):
            part.action_substitute()

    def test_used_part_is_not_replaced(self):
        self._receive(self.seal, 4.0, 10.0)
        part = self._create_part(self._create_order(), self.seal)
        part.action_use()
        with self.assertRaisesRegex(UserError, "was used already"):
            part.action_substitute()
