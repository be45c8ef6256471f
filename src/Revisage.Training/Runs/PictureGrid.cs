using Revisage.Imaging;

namespace Revisage.Training.Runs;

/// <summary>Faces side by side, for people to judge.</summary>
internal static class PictureGrid
{
    /// <param name="rows">Each with as many faces as the first; smaller ones are shown with their pixels enlarged.</param>
    /// <param name="side">Of each face in the picture.</param>
    public static ValidationPicture Of(IReadOnlyList<IReadOnlyList<Image>> rows, int side)
    {
        var columns = rows[0].Count;
        var canvas = new float[3 * rows.Count * side * columns * side];
        foreach (var (row, faces) in rows.Index())
        {
            foreach (var (column, face) in faces.Index())
            {
                var shown = face.Width == side ? face : PillowResize.Resize(face, side, side, ResampleFilter.Nearest);
                for (var line = 0; line < 3 * side; line++)
                {
                    var (channel, y) = Math.DivRem(line, side);
                    var at = (((channel * rows.Count) + row) * side + y) * columns * side + column * side;
                    Array.Copy(shown.Pixels, line * side, canvas, at, side);
                }
            }
        }

        var picture = new Image(columns * side, rows.Count * side, canvas);
        return new ValidationPicture(ImageFile.EncodePng(picture), picture.Width, picture.Height);
    }
}
