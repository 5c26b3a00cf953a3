from datetime import timedelta
from uuid import uuid4

from odoo import Command, fields

from .common import FieldServiceBillingCommon


class FieldServiceOfferCommon(FieldServiceBillingCommon):
    """A boiler, a rule about it with two packages, and a visit of today.

    The customer pays 900.00 for the good package and 1,500.00 for the better one, which
    cost 500.00 and 900.00: margins of 400.00 and 600.00, 500.00 on average.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.today()
        cls.small = cls._create_part_product("Small boiler", lst_price=900.0)
        cls.small.standard_price = 500.0
        cls.large = cls._create_part_product("Large boiler", lst_price=1500.0)
        cls.large.standard_price = 900.0
        cls.model = cls._create_part_product("Boiler", lst_price=2000.0)
        cls.site = cls._create_partner("Plant", parent_id=cls.partner.id)
        cls.boiler = cls._create_asset(
            "Boiler",
            site_id=cls.site.id,
            product_id=cls.model.id,
            installed_on=cls.today - timedelta(days=4018),  # 11 years and a day
        )
        cls.rule = cls._create_rule("age", years=10.0)
        cls.order = cls._create_boiler_order()
        cls.visit = cls._create_visit(cls.order, start=fields.Datetime.now())

    # ----------------------------------------------------------------- factories
    @classmethod
    def _create_rule(cls, kind, packages=None, **values):
        packages = packages or {"1": cls.small, "2": cls.large}
        return cls.env["field.service.offer.rule"].create(
            {
                "name": kind,
                "kind": kind,
                "company_id": cls.company.id,
                "package_ids": [
                    Command.create(
                        {
                            "level": level,
                            "name": product.name,
                            "line_ids": [Command.create({"product_id": product.id})],
                        }
                    )
                    for level, product in packages.items()
                ],
                **values,
            }
        )

    @classmethod
    def _create_boiler_order(cls, **values):
        return cls._create_order(
            **{"site_id": cls.site.id, "asset_ids": cls.boiler.ids, **values}
        )

    @classmethod
    def _sync(cls, order=None):
        """Work recommendations out so that an error is seen, and return them."""
        order = order or cls.order
        rules = cls.env["field.service.offer.rule"].search(
            [("company_id", "=", order.company_id.id)]
        )
        order._sync_offers(rules)
        return order.offer_ids

    def _find(self, rule=None, order=None):
        """Return what is recommended by one rule."""
        return self._sync(order).filtered(
            lambda one: one.rule_id == (rule or self.rule)
        )

    @classmethod
    def _create_history(cls, rule, accepted, declined):
        """Let other customers have answered: figures for the probability."""
        offers = cls.env["field.service.offer"]
        reason = cls.env.ref("field_service_billing.reason_offer_price")
        for position in range(accepted + declined):
            partner = cls._create_partner(f"Other {position}")
            order = cls._create_order(partner_id=partner.id)
            offer = offers.create({"rule_id": rule.id, "order_id": order.id})
            offer.package_id = rule.package_ids[:1]
            offer.decline_reason_id = reason
            offer.state = "accepted" if position < accepted else "declined"

    def _send(self, offer, answer, visit=None, user=None, **payload):
        """Report an answer from the phone, twice: it counts once."""
        action = {
            "key": str(uuid4()),
            "kind": "offer",
            "visit_id": (visit or self.visit).id,
            "device_time": fields.Datetime.to_string(fields.Datetime.now()),
            "payload": {"offer_id": offer.id, "answer": answer, **payload},
        }
        my_day = self.env["field.service.my.day"]
        my_day = my_day.with_user(user or self.user_technician)
        result = my_day.apply_actions([action])
        again = my_day.apply_actions([action])["results"][0]
        self.assertIn(again["status"], ("duplicate", "refused"))
        return result["results"][0]

    def _run_cron(self):
        with self.enter_registry_test_mode():
            self.env.ref(
                "field_service_billing.cron_refresh_offers"
            ).method_direct_trigger()
        self.env.invalidate_all()

    def _get_page(self, user=None):
        my_day = self.env["field.service.my.day"]
        my_day = my_day.with_user(user or self.user_technician)
        return my_day.get_visit_page(self.visit.id)["visits"][0]
