// A photograph in, the same with its faces restored out: curl --data-binary @PHOTO http://localhost:5000/enhance -o out.jpg
using Revisage;
using Revisage.Photographs;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddRevisage();
var app = builder.Build();
app.MapPost("/enhance", async (HttpRequest request, PhotoEnhancer enhancer, CancellationToken cancel) =>
{
    using var body = new MemoryStream();
    await request.Body.CopyToAsync(body, cancel);
    var enhanced = await enhancer.EnhanceAsync(PhotoFile.Decode(body.ToArray(), "the request's body"), cancel: cancel);
    return Results.Bytes(PhotoFile.Encode(enhanced.Photo, PhotoFormat.Jpeg), "image/jpeg");
});
app.Run();
