import base64
import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError

MIMETYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class FieldServicePackFile(models.Model):
    """A file of a frozen pack as it was printed first; it is kept and never changed.

    Read through the pack, whose rules say who may: see the controller.
    """

    _name = "field.service.pack.file"
    _description = "File of a Performance Pack"
    _rec_name = "name"

    pack_id = fields.Many2one(
        comodel_name="field.service.pack",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    name = fields.Char(required=True, readonly=True)
    file_format = fields.Selection(
        selection=[("pdf", "PDF File"), ("xlsx", "Workbook")],
        string="Format",
        required=True,
        readonly=True,
    )
    lang = fields.Char(string="Language", required=True, readonly=True)
    data = fields.Binary(attachment=True, readonly=True)
    file_hash = fields.Char(string="SHA-256", readonly=True)
    # What the PDF was made from: its own bytes carry the time of printing.
    source_hash = fields.Char(string="SHA-256 of the Source", readonly=True)

    _once = models.UniqueIndex(
        "(pack_id, file_format, lang)", "This file is kept already."
    )

    @api.model
    def _print(self, pack, file_format, lang):
        """Print a pack and keep what was printed."""
        content = pack._render(file_format, lang)
        return self.create(
            {
                "pack_id": pack.id,
                "name": f"{pack.name} {lang}.{file_format}".replace("/", "-"),
                "file_format": file_format,
                "lang": lang,
                "data": base64.b64encode(content),
                "file_hash": hashlib.sha256(content).hexdigest(),
                "source_hash": self._get_source_hash(pack, file_format, lang, content),
            }
        )

    @staticmethod
    def _get_source_hash(pack, file_format, lang, content):
        if file_format == "pdf":
            content = pack._render("html", lang)
        return hashlib.sha256(content).hexdigest()

    def _get_bytes(self):
        """Return the file as it was printed.

        :raises UserError: when somebody has changed it in the store
        """
        self.ensure_one()
        content = base64.b64decode(self.with_context(bin_size=False).data or b"")
        if hashlib.sha256(content).hexdigest() != self.file_hash:
            raise UserError(
                self.env._("%(name)s is not the file that was printed.", name=self.name)
            )
        return content

    def _is_intact(self):
        """Tell whether the file is as printed, and would be printed the same now."""
        self.ensure_one()
        try:
            content = self._get_bytes()
        except UserError:
            return False
        if self.file_format != "pdf":
            content = self.pack_id._render(self.file_format, self.lang)
        found = self._get_source_hash(
            self.pack_id, self.file_format, self.lang, content
        )
        return found == self.source_hash

    def write(self, vals):
        self._refuse_changes()
        return super().write(vals)

    def _refuse_changes(self):
        raise UserError(self.env._("A file of a pack is kept as it was printed."))
