const MAX_SIDE = 1600;
const QUALITY = 0.8;

/**
 * A photo as a JPEG that is small enough for a bad network.
 *
 * @param {File} file
 * @returns {Promise<String>} base64; rejects when the file is no picture
 */
export async function shrinkPhoto(file) {
    const picture = await readPicture(file);
    const scale = Math.min(1, MAX_SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL("image/jpeg", QUALITY).split(",")[1];
}

async function readPicture(file) {
    if (window.createImageBitmap) {
        return window.createImageBitmap(file, {imageOrientation: "from-image"});
    }
    const url = URL.createObjectURL(file);
    try {
        const picture = new Image();
        picture.src = url;
        await picture.decode();
        return picture;
    } finally {
        URL.revokeObjectURL(url);
    }
}
