from uuid import uuid4

from odoo import fields
from odoo.tests import tagged

from .common import FieldServiceStockCommon


@tagged("post_install", "-at_install")
class TestMyDayParts(FieldServiceStockCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seal = cls._create_part_product("Seal")
        cls._receive(cls.seal, 10.0, 12.0)
        cls.order = cls._create_order()
        cls.visit = cls._create_visit(cls.order, start=fields.Datetime.now())
        cls.part = cls._create_part(cls.order, cls.seal, 3.0)
        cls.part.action_reserve()

    def _send(self, kind="part", **payload):
        action = {
            "key": str(uuid4()),
            "kind": kind,
            "visit_id": self.visit.id,
            "device_time": fields.Datetime.to_string(fields.Datetime.now()),
            "payload": payload,
        }
        my_day = self.env["field.service.my.day"].with_user(self.user_technician)
        first = my_day.apply_actions([action])
        again = my_day.apply_actions([action])["results"][0]
        self.assertIn(again["status"], ("duplicate", "refused"))
        return first

    def test_a_part_is_used_once(self):
        my_day = self.env["field.service.my.day"].with_user(self.user_technician)
        (shown,) = my_day.get_visit_page(self.visit.id)["visits"][0]["parts"]
        self.assertEqual((shown["to_use"], shown["used"]), (3.0, 0.0))
        self.assertFalse([name for name in shown if "cost" in name or "price" in name])
        answer = self._send(part_id=self.part.id, quantity=2)
        self.assertEqual(answer["results"][0]["status"], "done")
        self.assertEqual(answer["visits"][0]["parts"][0]["used"], 2.0)
        self.assertEqual(self.part.used_qty, 2.0)
        self._assert_posted(self.part.move_ids, "parts", [24.0])

    def test_not_needed(self):
        self._send(part_id=self.part.id, release=True)
        self.assertEqual(self.part.state, "cancelled")

    def test_what_cannot_be_used(self):
        other = self._create_part(self._create_order(), self.seal)
        for payload, message in (
            ({"part_id": other.id, "quantity": 1}, "not planned"),
            ({"part_id": self.part.id, "quantity": 0}, "more than zero"),
        ):
            result = self._send(**payload)["results"][0]
            self.assertEqual(result["status"], "refused")
            self.assertIn(message, result["message"])
        self.assertEqual(self.part.used_qty, 0.0)

    def test_which_part_was_missing(self):
        lamp = self._create_part_product("Lamp")
        refused = self._send("missing_part", product_id=lamp.id)["results"][0]
        self.assertIn("does not lack any part", refused["message"])
        reason = self.env["field.service.reason"].create(
            {"name": "No part", "kind": "return", "missing_part": True}
        )
        self._create_part(self.order, lamp, 1.0)
        self.visit.register_event("work_start", self.visit.start)
        self.visit.register_event(
            "work_end",
            self.visit.start,
            result="return_needed",
            return_reason_id=reason.id,
        )
        self._send("missing_part", product_id=self.seal.id)
        self.assertEqual(self.visit.missing_product_id, self.seal)
        self.assertEqual(len(self.order.part_ids), 2, "planned already")
        switch = self._create_part_product("Switch")
        self._send("missing_part", product_id=switch.id)
        self.assertEqual(self.visit.missing_product_id, switch)
        new = self.order.part_ids.filtered(lambda part: part.product_id == switch)
        self.assertEqual((new.source, new.quantity), ("technician", 1.0))
        foreign = self._create_part_product("Foreign")
        foreign.company_id = self.company_b
        refused = self._send("missing_part", product_id=foreign.id)["results"][0]
        self.assertIn("belongs to another company", refused["message"])
        self.assertEqual(self.visit.missing_product_id, switch)
