from odoo.exceptions import AccessError, MissingError
from odoo.http import Controller, content_disposition, request, route

from ..models.field_service_pack_file import MIMETYPES


class PackController(Controller):
    @route(
        "/field_service_kpi/pack/<int:pack_id>/<string:file_format>",
        type="http",
        auth="user",
    )
    def download(self, pack_id, file_format, **_options):
        """Give a file of a frozen pack to who may read the pack."""
        pack = request.env["field.service.pack"].browse(pack_id).exists()
        try:
            pack.check_access("read")
        except (AccessError, MissingError):
            pack = pack.browse()
        if not pack or file_format not in MIMETYPES or pack.state != "frozen":
            raise request.not_found()
        file = pack._get_file(file_format)
        return request.make_response(
            file._get_bytes(),
            headers=[
                ("Content-Type", MIMETYPES[file_format]),
                ("Content-Disposition", content_disposition(file.name)),
            ],
        )
