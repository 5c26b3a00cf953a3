from uuid import uuid4

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_parts_use import LOGGER, PartsUseCommon


@tagged("post_install", "-at_install")
class TestMyDayUnits(PartsUseCommon):
    """What goes in, and what it takes the place of, as the phone reports it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pump = cls._create_pump()
        cls.lot = cls._create_lot(cls.pump, "PU-1", cls.van)
        cls.old = cls._create_asset("Old pump", serial="PU-0", product_id=cls.pump.id)
        cls.part = cls._create_part(cls.order, cls.pump)

    def _use(self, part=None, **install):
        """Report that PU-1 was used; return what the server says."""
        about = {"part_id": part.id} if part else {"product_id": self.pump.id}
        action = {
            "key": str(uuid4()),
            "kind": "part",
            "visit_id": self.visit.id,
            "device_time": fields.Datetime.to_string(fields.Datetime.now()),
            "payload": {
                **about,
                "quantity": 1,
                "lots": [{"name": "PU-1", "quantity": 1}],
                "install": install,
            },
        }
        my_day = self.env["field.service.my.day"].with_user(self.user_technician)
        (result,) = my_day.apply_actions([action])["results"]
        return result

    def _get_new(self):
        return self.env["field.service.asset"].search([("lot_id", "=", self.lot.id)])

    def _get_units(self, visit=None):
        my_day = self.env["field.service.my.day"].with_user(self.user_technician)
        return my_day.get_visit_page((visit or self.visit).id)["visits"][0]["units"]

    def test_what_stands_there_is_shown(self):
        """Of this place and this company, as long as it stands."""
        self._create_asset("Elsewhere", partner_id=self._create_partner("Other").id)
        gone = self._create_asset("Gone")
        gone.removed_on = fields.Date.today()
        self.assertEqual(
            self._get_units(),
            [
                {
                    "id": self.old.id,
                    "name": "Old pump",
                    "serial": "PU-0",
                    "takes_back": True,
                }
            ],
        )

    def test_in_place_of_a_unit(self):
        result = self._use(
            self.part, **{"as": "replace", "asset_id": self.old.id, "old_unit": "scrap"}
        )
        self.assertEqual(result["status"], "done", result["message"])
        self.assertEqual(self._get_new().installation_ids.replaces_id, self.old)
        self.assertTrue(self.old.removed_on)
        self.assertEqual(self.part.old_unit, "scrap")

    def test_what_cannot_be_replaced(self):
        """Refused with a sentence; nothing has left the van."""
        other = self._create_partner("Other customer")
        strange = self._create_asset("Strange", partner_id=other.id)
        bare = self._create_asset("Bare")
        gone = self._create_asset("Gone")
        gone.removed_on = fields.Date.today()
        for install, words in (
            ({"asset_id": strange.id}, "does not stand there any more"),
            ({"asset_id": gone.id}, "does not stand there any more"),
            ({"asset_id": 10**8}, "does not stand there any more"),
            ({}, "choose the unit it takes the place of"),
            ({"asset_id": bare.id, "old_unit": "store"}, "cannot come back"),
        ):
            with mute_logger(LOGGER):
                result = self._use(self.part, **{"as": "replace", **install})
            self.assertEqual(result["status"], "refused", install)
            self.assertIn(words, result["message"])
        self.assertEqual((self.part.used_qty, self.part.install_as), (0.0, "component"))
        self.assertFalse(self._get_new())
        self.assertEqual(self._get_on_hand(self.pump, self.van)[0], 1.0)

    def test_several_planned(self):
        """One takes the place of one: the office plans a part for each."""
        self.part.quantity = 2.0
        install = {"as": "replace", "asset_id": self.old.id}
        with mute_logger(LOGGER):
            result = self._use(self.part, **install)
        self.assertIn("one part for each", result["message"])

    def test_unplanned_is_a_part_of_its_own(self):
        """What is put in already stays what it is."""
        first = self._create_lot(self.pump, "PU-9", self.van)
        self.part.action_use(lots=[{"lot_id": first.id, "quantity": 1}])
        result = self._use(**{"as": "new"})
        self.assertEqual(result["status"], "done", result["message"])
        second = (
            self.order.part_ids
            - self.part
            - self.order.part_ids.filtered(lambda part: part.product_id != self.pump)
        )
        self.assertEqual(
            (self.part.install_as, second.install_as), ("component", "new")
        )
        self.assertFalse(self._get_new().parent_id)

    def test_units_cost_the_same_for_one_visit_and_for_four(self):
        visits = self.visit
        for number in range(3):
            place = self._create_partner(f"Place {number}")
            self._create_asset(f"Unit {number}", partner_id=place.id)
            order = self._create_order(partner_id=place.id)
            start = fields.Datetime.add(self.begin, hours=3 * (number + 1))
            visits |= self._create_visit(order, start=start)
        counts = []
        page = self.env["field.service.my.day.page"].with_user(self.user_technician)
        for some in (visits, visits[:1], visits):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            page._get_standing_units(some.with_user(self.user_technician))
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[2], counts[1])
