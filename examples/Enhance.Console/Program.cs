// Restores every face of a photograph: dotnet run --project examples/Enhance.Console -- PHOTO OUT
using Revisage.Photographs;

using var enhancer = PhotoEnhancer.Open();
var photo = PhotoFile.Load(args[0]);
var progress = new Progress<EnhanceProgress>(step => Console.Error.WriteLine($"{step.Stage} ..."));
var enhanced = await enhancer.EnhanceAsync(photo, new EnhanceOptions { Scale = 2, TellIdentity = true }, progress);
PhotoFile.Save(enhanced.Photo, args[1]);
foreach (var face in enhanced.Faces)
{
    Console.WriteLine($"{face.Face.Found.Box.Size:0} pixels: {face.Skipped?.Why ?? $"{face.Model}, identity {face.Identity:0.00}"}");
}
