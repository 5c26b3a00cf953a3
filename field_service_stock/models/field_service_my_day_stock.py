from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

# How many goods without stock are known to a phone that has no network.
KNOWN_CONSUMABLES = 200
# Whose visits' vehicles are his vans: those of today, wherever he is.
AROUND = timedelta(hours=36)
# How many products an answer to a search has.
FOUND = 20


class FieldServiceMyDayStock(models.AbstractModel):
    """What is in the technician's van, and what he may take from elsewhere.

    The van's content travels with the day, so that parts are found without a network.
    There is no cost and no price in it.
    """

    _name = "field.service.my.day.stock"
    _description = "Stock on a Technician's Phone"

    @api.model
    def find_parts(self, visit_id, text, location_id=None):
        """Search parts by name, code, barcode, lot or serial number.

        :param int visit_id: the visit the parts are for
        :param str text: what was typed or scanned
        :param int location_id: where the user means to take it from
        :return: items as in ``stock.items`` of the setup, the exact ones first
        :rtype: list[dict]
        """
        page = self._with_all_companies()
        company = page._find_visit(visit_id).company_id
        usable = self.env["field.service.part"]._get_usable_locations(company)
        place = usable.filtered(lambda place: place.id == location_id) or usable[:1]
        products = page._search_parts(str(text or "").strip(), company)
        return page._get_items(products, place, company)

    @api.model
    def _search_parts(self, text, company):
        """Return the products a technician may mean."""
        products = self.env["product.product"].with_company(company)
        if not text:
            return products
        # Which product a serial number belongs to is no secret.
        lots = self.env["stock.lot"].sudo().search([("name", "=", text)])
        base = Domain("type", "=", "consu") & Domain(
            "company_id", "in", (False, company.id)
        )
        exact = products.search(
            base
            & (
                Domain("barcode", "=", text)
                | Domain("default_code", "=", text)
                | Domain("id", "in", lots.product_id.ids)
            ),
            limit=FOUND,
        )
        like = Domain("name", "ilike", text) | Domain("default_code", "ilike", text)
        return (exact | products.search(base & like, limit=FOUND))[:FOUND]

    # ----------------------------------------------------------------- the setup
    @api.model
    def _get_stock_setup(self):
        """Return the places the user may take parts from, and what is in his vans."""
        parts = self.env["field.service.part"]
        places, items = [], []
        for company in self.env.user.company_ids:
            usable = parts._get_usable_locations(company)
            own = self._get_own_vans(company)
            places += [
                {
                    "id": place.id,
                    "name": place.name if place in own else place.display_name,
                    "company_id": company.id,
                    "own": place in own,
                }
                for place in usable
            ]
            for van in own:
                items += self._get_items(self._get_products_in(van), van, company)
            items += self._get_items(
                self._get_consumables(company), own[:1] or usable[:1], company
            )
        return {"places": places, "items": items}

    @api.model
    def _get_own_vans(self, company):
        """Return what the user drives: his own van, those booked for his visits."""
        # His own record as an employee is private to HR even for himself.
        user = self.env.user.sudo()
        now = fields.Datetime.now()
        # As above: the vehicles of his own visits.
        visits = self.env["field.service.visit"].sudo()
        visits = visits.search(
            (
                Domain("technician_id.user_id", "=", user.id)
                | Domain("crew_ids.user_id", "=", user.id)
            )
            & Domain("resource_ids.service_location_id", "!=", False)
            & Domain("start", ">=", now - AROUND)
            & Domain("start", "<", now + AROUND)
        )
        booked = visits.sorted("start").resource_ids.service_location_id
        vans = user.employee_ids.service_location_id | booked
        return vans.filtered(lambda van: van.company_id == company)

    @api.model
    def _get_products_in(self, van):
        """Return the products that lie in a van, by name."""
        # How many there are is no secret; what they cost is not said.
        quants = self.env["stock.quant"].sudo()
        groups = quants._read_group(
            [("location_id", "child_of", van.id), ("quantity", "!=", 0)],
            ["product_id"],
        )
        products = self.env["product.product"].browse(
            product.id for (product,) in groups
        )
        return products.filtered("active").sorted("display_name")

    @api.model
    def _get_consumables(self, company):
        """Return the goods without stock that the company's orders use most."""
        # Of all orders, not only his own; nothing but the products is shown.
        parts = self.env["field.service.part"].sudo()
        groups = parts._read_group(
            [
                ("company_id", "=", company.id),
                ("product_id.type", "=", "consu"),
                ("product_id.is_storable", "=", False),
            ],
            ["product_id"],
            order="__count desc",
            limit=KNOWN_CONSUMABLES,
        )
        return self.env["product.product"].browse(product.id for (product,) in groups)

    # --------------------------------------------------------------------- items
    @api.model
    def _get_items(self, products, place, company):
        """Return what a phone knows of products in a place."""
        stored = products.filtered("is_storable")
        quantities = self._get_quantities(stored, place)
        return [
            {
                "product_id": product.id,
                "location_id": place.id,
                "company_id": company.id,
                "name": product.display_name,
                "code": product.default_code or "",
                "barcode": product.barcode or "",
                "tracking": product.tracking,
                "stored": product.is_storable,
                "makes_equipment": product.service_makes_equipment,
                **quantities.get(product.id, {"quantity": 0.0, "lots": []}),
                **self._get_units(product),
            }
            for product in products
        ]

    @api.model
    def _get_units(self, product):
        """Return the units a product is used in, its own one first."""
        units = product.uom_id | product.uom_ids
        return {
            "uom_id": product.uom_id.id,
            "unit": product.uom_id.name,
            "units": [
                {
                    "id": unit.id,
                    "name": unit.name,
                    "factor": unit._compute_quantity(1.0, product.uom_id, round=False),
                }
                for unit in units
            ],
        }

    @api.model
    def _get_quantities(self, products, place):
        """Return {product id: quantity and lots} in a place, in one query."""
        # As above.
        quants = self.env["stock.quant"].sudo()
        groups = quants._read_group(
            [
                ("product_id", "in", products.ids),
                ("location_id", "child_of", place.ids),
            ],
            ["product_id", "lot_id"],
            ["quantity:sum"],
        )
        found = {}
        for product, lot, quantity in groups:
            values = found.setdefault(product.id, {"quantity": 0.0, "lots": []})
            values["quantity"] += quantity
            if lot and quantity > 0:
                values["lots"].append(
                    {"id": lot.id, "name": lot.name, "quantity": quantity}
                )
        for values in found.values():
            values["lots"].sort(key=lambda lot: lot["name"])
        return found
