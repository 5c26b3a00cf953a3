from odoo import fields, models


class FieldServiceWarehouseVan(models.AbstractModel):
    """Rules that bring parts from the warehouse's stock to where they are taken over.

    One takes them from stock, the other waits for what is ordered into stock: to a
    van, and, where deliveries are picked in a step of their own, to the output. All
    stand on routes that only work orders ask for, so that no other flow meets them.
    """

    _name = "field.service.warehouse.van"
    _description = "Supply of Vans from a Warehouse"

    service_load_type_id = fields.Many2one(
        comodel_name="stock.picking.type",
        string="Van Loading Type",
        index="btree_not_null",
        check_company=True,
        copy=False,
    )
    service_pull_id = fields.Many2one(
        comodel_name="stock.rule",
        string="Stock to Van Rule",
        index="btree_not_null",
        copy=False,
    )
    service_order_pull_id = fields.Many2one(
        comodel_name="stock.rule",
        string="Order to Van Rule",
        index="btree_not_null",
        copy=False,
    )
    service_pick_pull_id = fields.Many2one(
        comodel_name="stock.rule",
        string="Stock to Output Rule",
        index="btree_not_null",
        copy=False,
    )
    service_order_pick_pull_id = fields.Many2one(
        comodel_name="stock.rule",
        string="Order to Output Rule",
        index="btree_not_null",
        copy=False,
    )

    def _get_service_location(self):
        """Return where a technician without a van takes parts over.

        Where deliveries are picked, and perhaps packed, first: the output. The
        transfers to it are those of any delivery.
        """
        if self.delivery_steps in (False, "ship_only"):
            return self.lot_stock_id
        return self.wh_output_stock_loc_id

    def _get_van_routes(self):
        """Return the routes of the rules: from stock, and on order."""
        self._ensure_van_rules()
        return self.service_pull_id.route_id, self.service_order_pull_id.route_id

    def _get_van_rule(self):
        """Return the rule that fills a van from stock."""
        self._ensure_van_rules()
        return self.service_pull_id

    def _ensure_van_rules(self):
        """Make the rules, and what they need, where the first van is filled."""
        self._ensure_service_types()
        picked = self.delivery_steps != "ship_only"
        if not self.service_pull_id or (picked and not self.service_pick_pull_id):
            self._create_or_update_global_routes_rules()

    # -------------------------------------------------------------------- rules
    def _generate_global_route_rules_values(self):
        values = super()._generate_global_route_rules_values()
        if not self.service_load_type_id:
            return values
        van = self._prepare_van_places()
        values["service_pull_id"] = self._prepare_stock_rule(van)
        values["service_order_pull_id"] = self._prepare_order_rule(van)
        if self.delivery_steps != "ship_only" or self.service_pick_pull_id:
            output = self._prepare_output_places()
            values["service_pick_pull_id"] = self._prepare_stock_rule(output)
            values["service_order_pick_pull_id"] = self._prepare_order_rule(output)
        return values

    def _prepare_van_places(self):
        return {
            "active": True,
            "name": self.env._("%(warehouse)s: Stock to Van", warehouse=self.code),
            # The procurement names the van, which is one of the places below.
            "location_dest_id": self.view_location_id.id,
            "picking_type_id": self.service_load_type_id.id,
        }

    def _prepare_output_places(self):
        return {
            "active": self.delivery_steps != "ship_only",
            "name": self.env._("%(warehouse)s: Stock to Output", warehouse=self.code),
            "location_dest_id": self.wh_output_stock_loc_id.id,
            "picking_type_id": self.pick_type_id.id,
        }

    def _prepare_stock_rule(self, places):
        """Return the rule that takes from stock what is there."""
        route = self._find_or_create_global_route(
            "field_service_stock.route_van_stock",
            self.env._("Work Orders: Stock to Van"),
        )
        return self._prepare_service_rule(route, "make_to_stock", places)

    def _prepare_order_rule(self, places):
        """Return the rule that waits for what is ordered into stock."""
        route = self._find_or_create_global_route(
            "field_service_stock.route_van_order",
            self.env._("Work Orders: Order to Van"),
        )
        return self._prepare_service_rule(route, "make_to_order", places)

    def _prepare_service_rule(self, route, procure_method, places):
        return {
            "depends": ["reception_steps", "delivery_steps"],
            "create_values": {
                "action": "pull",
                "auto": "manual",
                "procure_method": procure_method,
                "company_id": self.company_id.id,
                "route_id": route.id,
            },
            "update_values": {"location_src_id": self.lot_stock_id.id, **places},
        }

    # ----------------------------------------------------------- operation type
    def _ensure_service_types(self):
        """Make the operation types of work orders where they are first needed.

        A warehouse that serves no work order stays as it is: whoever looks for its
        one operation type for deliveries finds one.
        """
        self.ensure_one()
        if not (self.service_type_id and self.service_load_type_id):
            warehouse = self.with_context(service_types=True)
            warehouse.write(warehouse._create_or_update_sequences_and_picking_types())

    def _makes_service_types(self):
        """Tell whether the operation types that are missing are made now."""
        return bool(self.env.context.get("service_types"))

    def _get_sequence_values(self, name=False, code=False):
        values = super()._get_sequence_values(name=name, code=code)
        prefix = self.service_load_type_id.sequence_code or "VAN"
        values["service_load_type_id"] = {
            "name": self.env._(
                "%(warehouse)s Sequence van loading", warehouse=name or self.name
            ),
            "prefix": f"{code or self.code}/{prefix}/",
            "padding": 5,
            "company_id": self.company_id.id,
        }
        return values

    def _get_picking_type_create_values(self, max_sequence):
        data, next_sequence = super()._get_picking_type_create_values(max_sequence)
        data["service_load_type_id"] = {
            "name": self.env._("Van Loading"),
            "code": "internal",
            "default_location_src_id": self.lot_stock_id.id,
            # The rule names the van, which is one of the places below.
            "default_location_dest_id": self.view_location_id.id,
            "use_create_lots": False,
            "use_existing_lots": True,
            "sequence": next_sequence + 1,
            "sequence_code": "VAN",
            "company_id": self.company_id.id,
        }
        return data, next_sequence + 2

    def _get_picking_type_update_values(self):
        values = super()._get_picking_type_update_values()
        if self.service_load_type_id or self._makes_service_types():
            values["service_load_type_id"] = {
                "active": self.active,
                "barcode": self.code.replace(" ", "").upper() + "VAN",
            }
        return values
