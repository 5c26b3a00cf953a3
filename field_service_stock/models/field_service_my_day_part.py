from math import isfinite

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_datetime

from odoo.addons.field_service.models.field_service_order_gate import OPEN_STATES


class FieldServiceMyDayPart(models.AbstractModel):
    """What a technician reports about parts: each is applied once, or refused."""

    _name = "field.service.my.day.part"
    _description = "Reports about Parts"

    @api.model
    def _apply_part(self, report):
        """Use, return, correct or release a part, or say that the customer's is there.

        :return: what the stock has to do with it, if anything
        """
        payload = report.payload
        part = self._find_part(report)
        if payload.get("release"):
            part.action_release()
        elif payload.get("return"):
            part.action_return(
                self._parse_quantity(payload["quantity"]), lots=payload.get("lots")
            )
        elif "total" in payload:
            part.action_correct(self._parse_quantity(payload["total"]))
        elif payload.get("on_site"):
            part.action_on_site()
        else:
            return self._use_part(part, report)
        return None

    @api.model
    def _apply_missing_part(self, report):
        """Say for want of which part somebody has to come again, and ask for it.

        What nobody has planned is planned now, so that the next visit has it.

        """
        visit, order = report.visit, report.visit.order_id
        if not visit.lacked_part:
            raise UserError(
                self.env._("%(visit)s does not lack any part.", visit=visit.name)
            )
        product = self._find_product(report.payload, order.company_id)
        visit.missing_product_id = product
        planned = order.part_ids.filtered("open_qty").product_id
        if order.state in OPEN_STATES and product not in planned:
            self.env["field.service.part"].create(
                {
                    "order_id": order.id,
                    "product_id": product.id,
                    "quantity": 1.0,
                    "mandatory": True,
                    "source": "technician",
                }
            )

    # -------------------------------------------------------------------- finding
    @api.model
    def _find_part(self, report):
        """Return the part a report is about; what nobody planned is added."""
        payload, order = report.payload, report.visit.order_id
        if not payload.get("part_id"):
            self._check_can_use(order)
            return self._find_or_add_part(report)
        part = self.env["field.service.part"].browse(int(payload["part_id"]))
        if part not in order.part_ids:
            raise UserError(
                self.env._("This part is not planned any longer: load the page anew.")
            )
        return part

    @api.model
    def _find_or_add_part(self, report):
        """Return the part of the order with this product, or add one."""
        payload, order = report.payload, report.visit.order_id
        product = self._find_product(payload, order.company_id)
        theirs = bool(payload.get("customer_supplied"))
        unit = self._find_unit(payload)
        parts = order.part_ids.filtered(
            lambda part: part.product_id == product
            and part.customer_supplied == theirs
            and part.visit_id in (part.visit_id.browse(), report.visit)
            and (part.open_qty or part.uom_id == (unit or product.uom_id))
            # A unit that is put in has its own place.
            and not (payload.get("install") and part.used_qty)
        )
        if parts:
            return parts.sorted(lambda part: not part.open_qty)[0]
        values = {
            "order_id": order.id,
            "product_id": product.id,
            "quantity": self._parse_quantity(payload["quantity"]),
            "source": "technician",
            "customer_supplied": theirs,
        }
        if unit:
            values["uom_id"] = unit.id
        return self.env["field.service.part"].create(values)

    @api.model
    def _find_product(self, payload, company):
        """Return the product that was chosen, or that has the code that was scanned."""
        # What is wrong with it is said also of what he may not read.
        products = self.env["product.product"].with_company(company).sudo()
        if payload.get("product_id"):
            product = products.browse(int(payload["product_id"])).exists()
        else:
            product = self._find_scanned(payload, company).sudo()
        if not product or product.type != "consu":
            raise UserError(
                self.env._(
                    "No part has the code %(code)s: search it by name, or tell the "
                    "office.",
                    code=payload.get("code") or payload.get("name") or "?",
                )
            )
        if product.company_id not in (company.browse(), company):
            raise UserError(
                self.env._(
                    "%(product)s belongs to another company than %(company)s.",
                    product=product.display_name,
                    company=company.name,
                )
            )
        return product.sudo(False)

    @api.model
    def _find_scanned(self, payload, company):
        """Return the product with the code; a serial number names the piece as well."""
        code = str(payload["code"]).strip()
        product = self._search_exact(code, company)
        is_piece = product and code not in (product.barcode, product.default_code)
        if is_piece and product.tracking != "none" and not payload.get("lots"):
            payload["lots"] = [{"name": code, "quantity": payload["quantity"]}]
        return product

    @api.model
    def _search_exact(self, code, company):
        """Return the product with this barcode or code, or with this lot."""
        products = self.env["field.service.my.day"]._search_parts(code, company)
        # Which product a serial number belongs to is no secret.
        lots = self.env["stock.lot"].sudo().search([("name", "=", code)])
        return products.filtered(
            lambda product: code in (product.barcode, product.default_code)
            or product in lots.product_id
        )[:1]

    @api.model
    def _find_unit(self, payload):
        return self.env["uom.uom"].browse(int(payload.get("uom_id") or 0)).exists()

    @api.model
    def _parse_quantity(self, value):
        quantity = float(value)
        if not isfinite(quantity):
            raise ValueError(value)
        return quantity

    # ----------------------------------------------------------------------- use
    @api.model
    def _use_part(self, part, report):
        """Use a part, and leave on record what the office should know about it."""
        payload = report.payload
        self._check_can_use(part.order_id)
        quantity = part._from_unit(
            self._parse_quantity(payload["quantity"]), self._find_unit(payload)
        )
        location_id = int(payload.get("location_id") or 0)
        location = self.env["stock.location"].browse(location_id)
        self._apply_install(part, payload)
        # Whether there is less than that must be asked before it is gone.
        lots = payload.get("lots")
        warning = part._get_use_warning(quantity, location, part._find_lots(lots))
        part.action_use(quantity, location_id=location_id, lots=lots)
        self._record_use(part, report, warning)
        return warning

    @api.model
    def _check_can_use(self, order):
        """Say what to do about a part of an order that has ended meanwhile."""
        if order.state not in OPEN_STATES:
            raise UserError(
                self.env._(
                    "%(order)s is “%(state)s” now, so the part is not on it. Was it "
                    "used? Ask the dispatcher to take the order up, then try again. "
                    "Is it still in the van? Discard this report.",
                    order=order.name,
                    state=order._get_state_label(order.state),
                )
            )

    @api.model
    def _record_use(self, part, report, warning):
        """Note on the order what the stock does not tell.

        The part leaves stock, and costs, when it is reported: what was counted before
        stays as it was counted.
        """
        notes = [warning] if warning else []
        day = fields.Datetime.context_timestamp(self, report.time).date()
        if day < fields.Date.context_today(self):
            notes.append(
                self.env._(
                    "%(part)s was used %(time)s and reported later.",
                    part=part.display_name,
                    time=format_datetime(self.env, report.time, dt_format="short"),
                )
            )
        if notes:
            # A technician need not be allowed to write the order.
            part.order_id.sudo()._message_log(body=" ".join(notes))

    # ----------------------------------------------------------------- put in as
    @api.model
    def _apply_install(self, part, payload):
        """Put the part in as the technician says, and take out what it replaces."""
        install = payload.get("install")
        if not install:
            return
        unit = self.env["field.service.asset"].browse(int(install.get("asset_id") or 0))
        values = {
            "install_as": str(install["as"]),
            "install_asset_id": unit.id or False,
            "old_unit": str(install.get("old_unit") or "customer"),
        }
        if unit and not self._stands_there(unit.exists(), part):
            raise UserError(
                self.env._(
                    "The unit that %(part)s takes the place of does not stand there "
                    "any more: choose another one.",
                    part=part.display_name,
                )
            )
        part.write(values)

    @api.model
    def _stands_there(self, unit, part):
        """Tell whether a unit is one of the customer's of the part."""
        place = part.site_id or part.order_id.partner_id
        customer = unit.partner_id.commercial_partner_id
        return (
            unit.company_id == part.company_id
            and not unit.removed_on
            and (unit.site_id == place or customer == part.customer_id)
        )

    # ---------------------------------------------------------------------- gate
    @api.model
    def _check_parts_settled(self, report):
        """Nothing is solved while parts are neither used nor released.

        What was asked for after the technician had finished does not stop him: then
        the work order stays open.
        """
        payload = report.payload
        if payload.get("type") != "work_end" or payload.get("result") != "solved":
            return
        visit = report.visit
        parts = visit.order_id.part_ids.filtered(
            lambda part: part.visit_id in (part.visit_id.browse(), visit)
            and part.create_date <= report.time
            and (part.unaccounted_qty or not part._is_settled())
        )
        if parts:
            raise UserError(
                self.env._(
                    "Used, or in the van? Say so before the problem is solved: "
                    "%(parts)s.",
                    parts=", ".join(parts.mapped("display_name")),
                )
            )
