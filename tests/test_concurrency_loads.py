"""Two people at one van: what is loaded is loaded once."""

from odoo import Command, api
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .races import RaceCase


@tagged("standard", "post_install", "-at_install")
class TestConcurrencyLoads(RaceCase):
    @classmethod
    def _prepare(cls, env):
        ids = super()._prepare(env)
        env = api.Environment(
            env.cr, env.uid, {"allowed_company_ids": [ids["company"]]}
        )
        technician = env["hr.employee"].browse(ids["technician"])
        van = technician._create_service_location()
        product = env["product.product"].create(
            {
                "name": f"Seal {cls.mark}",
                "is_storable": True,
                "company_id": ids["company"],
            }
        )
        stock = van.warehouse_id.lot_stock_id
        env["stock.quant"]._update_available_quantity(product, stock, 50.0)
        van.warehouse_id._get_van_routes()
        return {**ids, "van": van.id, "stock": stock.id, "product": product.id}

    @classmethod
    def _clean(cls, env):
        env.cr.execute(
            "DELETE FROM stock_move_line WHERE company_id = %s", [cls.ids["company"]]
        )
        for table in (
            "field_service_load_confirmation",
            "stock_move",
            "field_service_load",
            "stock_picking",
            "field_service_part",
        ):
            # Names of tables, no input of anybody.
            env.cr.execute(
                f"DELETE FROM {table} WHERE company_id = %s", [cls.ids["company"]]
            )
        env.cr.execute(
            "DELETE FROM stock_quant WHERE product_id = %s", [cls.ids["product"]]
        )
        env["product.product"].browse(cls.ids["product"]).unlink()
        super()._clean(env)

    def _create_transfer(self, env):
        van = env["stock.location"].browse(self.ids["van"])
        kind = van.warehouse_id.service_load_type_id
        picking = env["stock.picking"].create(
            {
                "picking_type_id": kind.id,
                "location_id": self.ids["stock"],
                "location_dest_id": van.id,
                "company_id": self.ids["company"],
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.ids["product"],
                            "product_uom": env["product.product"]
                            .browse(self.ids["product"])
                            .uom_id.id,
                            "product_uom_qty": 5.0,
                            "location_id": self.ids["stock"],
                            "location_dest_id": van.id,
                            "company_id": self.ids["company"],
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        picking.action_assign()
        return picking

    def _gather(self, env):
        technician = env["hr.employee"].browse(self.ids["technician"])
        return env["field.service.load"]._prepare(technician)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_one_list_however_many_prepare_it(self):
        self._commit(lambda env: self._create_transfer(env).id)
        outcomes = self._race(4, lambda env, index: self._gather(env).ids)
        self.assertEqual(len({tuple(ids) for ids in outcomes}), 1, outcomes)

        def check(env):
            quants = env["stock.quant"].search(
                [
                    ("location_id", "=", self.ids["van"]),
                    ("product_id", "=", self.ids["product"]),
                ]
            )
            loads = env["field.service.load"].search(
                [("technician_id", "=", self.ids["technician"])]
            )
            return sum(quants.mapped("quantity")), loads.mapped("state")

        # Two phones, each of which sends twice: one is done, the others hear of it.
        lines = self._commit(lambda env: self._gather(env)._get_reserved_lines())

        def confirm_counted(env, index):
            load = env["field.service.load"].browse(outcomes[0])
            try:
                return load.confirm(lines, f"phone {index // 2}")
            except UserError as error:
                return str(error)

        answers = self._race(4, confirm_counted)
        self.assertEqual(answers.count("done"), 1, answers)
        self.assertEqual(answers.count("duplicate"), 1, answers)
        self.assertEqual(sum("loaded already" in one for one in answers), 2, answers)
        self.assertEqual(self._commit(check), (5.0, ["loaded"]))
