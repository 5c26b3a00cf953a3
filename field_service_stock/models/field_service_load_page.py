from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

# So long a list that is not finished stays on the phone.
KEPT_DAYS = 7


class FieldServiceLoadPage(models.AbstractModel):
    """What the phone of whoever loads shows, and what it asks when a code is scanned.

    One call brings all lists, so that counting needs no network; only a code that is
    not on the list is asked for.
    """

    _name = "field.service.load.page"
    _description = "Phone Page of Load Lists"

    @api.model
    def get_pages(self):
        """Return the lists that the user may load, the next one first.

        :rtype: list[dict]
        """
        loads = self._with_own_companies()
        today = fields.Date.context_today(self)
        domain = (
            Domain("state", "!=", "empty")
            & Domain("date", ">=", today - timedelta(days=KEPT_DAYS))
            & (Domain("date", ">=", today) | Domain("state", "!=", "loaded"))
        )
        if not self._may_load_everything():
            domain &= Domain("technician_id.user_id", "=", self.env.uid)
        found = loads.search(domain, order="date, technician_id, id")
        return [load._get_page() for load in found]

    @api.model
    def confirm_page(self, load_id, lines, key):
        """Confirm what a phone has counted and return how the list stands then.

        :param list lines: see ``confirm``
        :param str key: made by the phone; a second call with it does nothing
        """
        load = self._find_load(load_id)
        status = load.confirm(lines, key)
        return {"status": status, "page": load._get_page()}

    @api.model
    def refresh_page(self, load_id):
        """Gather the technician's lists anew and return the page of one of them."""
        load = self._find_load(load_id)
        load._check_may_load()
        load._prepare(load.technician_id)
        return load._get_page()

    @api.model
    def scan(self, load_id, code):
        """Say what a code means for a list.

        :return: ``moves`` that it may count for, ``quantity`` of the unit of the move
            and ``lot``, when it is one; else a ``message`` for whoever scans
        :rtype: dict
        """
        load = self._find_load(load_id)
        load._check_may_load()
        # Whoever loads has no right on products' lots; he holds the part in his hands.
        return load.sudo().with_company(load.company_id)._scan(str(code or "").strip())

    @api.model
    def _with_own_companies(self):
        """A phone has no company switcher: all companies of the user count."""
        return self.with_context(allowed_company_ids=self.env.user.company_ids.ids)

    @api.model
    def _find_load(self, load_id):
        """Return a list the user may see.

        :raises UserError: in words that help
        """
        loads = self._with_own_companies()
        load = type(load_id) is int and loads.search([("id", "=", load_id)])
        if not load:
            raise UserError(
                self.env._(
                    "This load list is not yours, or not any longer: go back and load "
                    "the page anew."
                )
            )
        return load

    # ----------------------------------------------------------------------- page
    def _get_page(self):
        """Return all that the page of a list shows."""
        self.ensure_one()
        # The right on the list is the right to see what is on it.
        load = self.sudo().with_company(self.company_id)
        lines = load._read_lines()
        moves = self.env["stock.move"].sudo().browse(lines.ids)
        return {
            "id": load.id,
            "technician": load.technician_id.name,
            "date": fields.Date.to_string(load.date),
            "state": load.state,
            "state_label": self._get_label(load, "state"),
            "van": load.location_id.display_name,
            "note": load.note or "",
            "confirmed_on": load.confirmed_on
            and fields.Datetime.to_string(load.confirmed_on),
            "reasons": moves._fields["service_load_reason"]._description_selection(
                self.env
            ),
            "lines": [
                load._get_page_line(line, move)
                for line, move in zip(lines, moves, strict=True)
            ],
        }

    def _read_lines(self):
        """Return the lines as they are now."""
        self.env.flush_all()
        lines = self.env["field.service.load.line"]
        lines.invalidate_model()
        return lines.search([("load_id", "in", self.ids)])

    @api.model
    def _get_label(self, record, name):
        labels = dict(record._fields[name]._description_selection(self.env))
        return labels.get(record[name], "")

    def _get_page_line(self, line, move):
        product, visit = move.product_id, line.visit_id
        return {
            "id": move.id,
            "product": product.display_name,
            "codes": self._get_codes(product, move.product_uom),
            "tracking": product.tracking,
            "unit": move.product_uom.name,
            "needed": line.quantity,
            "available": line.available,
            "state": line.state,
            "state_label": self._get_label(line, "state"),
            "reason": line.reason or "",
            "reason_label": self._get_label(line, "reason"),
            "expected": line.expected and fields.Datetime.to_string(line.expected),
            "lots": self._get_page_lots(move),
            "order": line.order_id.name or "",
            "customer": line.order_id.partner_id.name or "",
            "start": visit.start and fields.Datetime.to_string(visit.start),
            "place": move.location_id.display_name,
            "spots": move.move_line_ids.location_id.mapped("display_name"),
            "can_load": line.state in ("ready", "partial", "short"),
        }

    @api.model
    def _get_codes(self, product, uom):
        """Return {code: quantity it stands for} of a product, in a unit."""
        one = product.uom_id._compute_quantity(1.0, uom)
        codes = dict.fromkeys(
            filter(None, (product.default_code, product.barcode)), one
        )
        for package in product.product_uom_ids:
            codes[package.barcode] = package.uom_id._compute_quantity(1.0, uom)
        return codes

    @api.model
    def _get_page_lots(self, move):
        """Return the lots that Odoo proposes, or that were loaded."""
        return [
            {
                "id": lot.id,
                "name": lot.name,
                "quantity": sum(
                    line.product_uom_id._compute_quantity(
                        line.quantity, move.product_uom
                    )
                    for line in lines
                ),
            }
            for lot, lines in move.move_line_ids.filtered("lot_id")
            .grouped("lot_id")
            .items()
        ]

    # ----------------------------------------------------------------------- scan
    def _scan(self, code):
        if not code:
            return {"message": self.env._("Nothing was scanned.")}
        moves = self._get_open_moves().filtered(lambda move: move._is_load_step())
        return (
            self._scan_product(moves, code)
            or self._scan_lot(moves, code)
            or self._scan_gs1(moves, code)
            or self._scan_stranger(code)
        )

    def _scan_product(self, moves, code):
        for product in moves.product_id:
            found = moves.filtered(lambda move, one=product: move.product_id == one)
            quantity = self._get_codes(product, found[0].product_uom).get(code)
            if quantity:
                return {"moves": found.ids, "quantity": quantity}
        return None

    def _scan_lot(self, moves, code):
        """A lot or serial number: of a product on the list, and where it should be."""
        lots = self.env["stock.lot"].search([("name", "=", code)])
        if not lots:
            return None
        ours = lots.filtered(lambda lot: lot.product_id in moves.product_id)
        mine = ours.filtered(lambda lot: not self._get_lot_problem(lot.product_id, lot))
        if not mine:
            lot = (ours or lots)[0]
            if ours:
                return {"message": self._get_lot_problem(lot.product_id, lot)}
            return {
                "message": self.env._(
                    "%(lot)s is a %(part)s, which is not on this list: leave it here.",
                    lot=lot.name,
                    part=lot.product_id.display_name,
                )
            }
        return self._scan_lot_of(moves, mine[0])

    def _scan_lot_of(self, moves, lot):
        found = moves.filtered(
            lambda move: move.product_id == lot.product_id
            and self._get_there(lot.product_id, move.location_id, lot) > 0
        )
        if not found:
            return {
                "message": self.env._(
                    "%(lot)s of %(part)s is not free where the list takes it from: it "
                    "is reserved for others, or somewhere else by the books.",
                    lot=lot.name,
                    part=lot.product_id.display_name,
                )
            }
        return {
            "moves": found.ids,
            "quantity": 1.0,
            "lot": {"id": lot.id, "name": lot.name},
        }

    def _scan_gs1(self, moves, code):
        """A code of many fields: what it says of product and lot."""
        nomenclature = self.company_id.nomenclature_id
        if not nomenclature.is_gs1_nomenclature:
            return None
        try:
            parts = nomenclature.parse_barcode(code) or []
        except UserError:
            return None
        if not isinstance(parts, list):
            return None
        values = {part["rule"].type: part["value"] for part in parts}
        lot = values.get("lot")
        found = lot and self._scan_lot(moves, lot)
        return found or (
            values.get("product") and self._scan_product(moves, values["product"])
        )

    def _scan_stranger(self, code):
        """A code of something that is not on the list."""
        product = self.env["product.product"].search(
            Domain("company_id", "in", (False, self.company_id.id))
            & (Domain("barcode", "=", code) | Domain("default_code", "=", code)),
            limit=1,
        )
        if product:
            return {
                "message": self.env._(
                    "%(part)s is not on this list: leave it here.",
                    part=product.display_name,
                )
            }
        return {
            "message": self.env._(
                "Nothing is known under “%(code)s”: scan the label of the part.",
                code=code[:60],
            )
        }
