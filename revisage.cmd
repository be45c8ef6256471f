@echo off
rem Runs revisage from this checkout on Windows: builds it at the first start and when its sources change.
setlocal enableextensions disabledelayedexpansion
set "root=%~dp0"
set "build=%root%.build"
set "program=%build%\use\Revisage.Cli.exe"
if not exist "%build%" mkdir "%build%"

rem Name, size and time of every source; a build is current if they are those of its stamp.
set "sources=%build%\use.sources.%random%"
call :list > "%sources%" 2>nul
if exist "%program%" if exist "%build%\use.stamp" (
  fc /b "%sources%" "%build%\use.stamp" >nul 2>&1 && goto run
)

rem Help is shown without building, where it is written down.
set "topic=%~1"
if "%~1"=="--help" set "topic=revisage"
if "%~1"=="-h" set "topic=revisage"
if "%~1"=="-?" set "topic=revisage"
if not "%~2"=="" if exist "%root%docs\help\%~1-%~2.txt" set "topic=%~1-%~2"
rem Not a loop over the arguments at once: a bracket in a name would end it.
:look
if "%~1"=="" goto build
if "%~1"=="--" goto build
if "%~1"=="--help" goto help
if "%~1"=="-h" goto help
if "%~1"=="-?" goto help
shift /1
goto look

:help
if not exist "%root%docs\help\%topic%.txt" goto build
del "%sources%" 2>nul
type "%root%docs\help\%topic%.txt"
exit /b 0

:build
where dotnet >nul 2>&1 || (
  del "%sources%" 2>nul
  echo revisage: 'dotnet' is not installed. Install the .NET 10 SDK: https://dotnet.microsoft.com/download/dotnet/10.0 1>&2
  exit /b 3
)
set "rid=win-x64"
if /i "%PROCESSOR_ARCHITECTURE%"=="ARM64" set "rid=win-arm64"
rem A build that was stopped leaves halves behind, which the next would take for whole.
if exist "%build%\building" rmdir /s /q "%build%\artifacts" 2>nul
if exist "%build%\use.new" rmdir /s /q "%build%\use.new"
echo building> "%build%\building"
echo revisage: building Revisage.Cli (once; again when its sources change) ... 1>&2
dotnet publish "%root%src\Revisage.Cli" -c Release -r %rid% --self-contained false -p:PublishReadyToRun=true -p:RunAnalyzers=false -p:GenerateDocumentationFile=false --artifacts-path "%build%\artifacts" -o "%build%\use.new" --disable-build-servers -v quiet > "%build%\use.log" 2>&1 || goto failed
"%build%\use.new\Revisage.Cli.exe" --version >> "%build%\use.log" 2>&1 || goto failed
del "%build%\building" 2>nul
del "%build%\use.stamp" 2>nul
rem Moved as a whole or not at all: of a program that runs, rmdir would leave what is open, and the new would land among it.
if exist "%build%\use.old" rmdir /s /q "%build%\use.old" 2>nul
if exist "%build%\use" (
  move "%build%\use" "%build%\use.old" >nul 2>&1 || goto busy
)
move "%build%\use.new" "%build%\use" >nul || goto failed
move /y "%sources%" "%build%\use.stamp" >nul
if exist "%build%\use.old" rmdir /s /q "%build%\use.old" 2>nul

:run
del "%sources%" 2>nul
"%program%" %*
exit /b %errorlevel%

:failed
del "%sources%" 2>nul
type "%build%\use.log" 1>&2
echo revisage: Revisage.Cli did not build; what the build said is above and in %build%\use.log 1>&2
exit /b 3

:busy
del "%sources%" 2>nul
echo revisage: built, but the program in %build%\use is running. Start again when it has ended. 1>&2
exit /b 3

:list
for %%f in ("%root%Directory.Build.props" "%root%Directory.Build.targets" "%root%Directory.Packages.props" "%root%global.json" "%~f0") do @echo %%~ff %%~zf %%~tf
rem A loop's variable cannot name the folder of another's.
for /r "%root%src\Revisage" %%f in (*.cs *.csproj *.html *.css *.js) do @echo %%~ff %%~zf %%~tf
for /r "%root%src\Revisage.Cli" %%f in (*.cs *.csproj) do @echo %%~ff %%~zf %%~tf
exit /b 0
